import type { RequestCase } from "./parts.js";

/** Reads of documents and lists. */
export const reads: RequestCase[] = [
  { name: "get of a missing document", send: (raw) => raw.call("GetDocument", { name: `${raw.root}/c/none` }) },
  { name: "get of a collection", send: (raw) => raw.call("GetDocument", { name: `${raw.root}/c` }) },
  { name: "get with a reserved id", send: (raw) => raw.call("GetDocument", { name: `${raw.root}/c/__x__` }) },
  { name: "get with id .", send: (raw) => raw.call("GetDocument", { name: `${raw.root}/c/.` }) },
  {
    name: "batch get of nothing",
    send: (raw) => raw.call("BatchGetDocuments", { database: raw.database, documents: [] }),
  },
  {
    name: "batch get of a collection",
    send: (raw) => raw.call("BatchGetDocuments", { database: raw.database, documents: [`${raw.root}/c`] }),
  },
  {
    name: "batch get elsewhere",
    send: (raw) =>
      raw.call("BatchGetDocuments", {
        database: raw.database,
        documents: ["projects/other/databases/(default)/documents/c/a"],
      }),
  },
  {
    name: "batch get in an unknown transaction",
    send: (raw) =>
      raw.call("BatchGetDocuments", {
        database: raw.database,
        documents: [`${raw.root}/c/a`],
        transaction: Buffer.from("nonsense"),
      }),
  },
  {
    name: "list of a document's collections",
    send: (raw) => raw.call("ListCollectionIds", { parent: `${raw.root}/c/a` }),
  },
  {
    name: "list of a collection's collections",
    send: (raw) => raw.call("ListCollectionIds", { parent: `${raw.root}/c` }),
  },
  { name: "list of documents", send: (raw) => raw.call("ListDocuments", { parent: raw.root, collectionId: "c" }) },
  {
    name: "create of a document that exists",
    send: (raw) => raw.call("CreateDocument", { parent: raw.root, collectionId: "c", documentId: "a", document: {} }),
  },
  {
    name: "create with a bad id",
    send: (raw) => raw.call("CreateDocument", { parent: raw.root, collectionId: "c", documentId: "a/b", document: {} }),
  },
  { name: "update of nothing", send: (raw) => raw.call("UpdateDocument", {}) },
  { name: "delete of a missing document", send: (raw) => raw.call("DeleteDocument", { name: `${raw.root}/c/none` }) },
];
