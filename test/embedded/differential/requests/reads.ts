import type { RawClient } from "../../support/raw.js";
import type { RequestCase } from "./parts.js";

const list = (name: string, request: object): RequestCase => ({
  name: `list ${name}`,
  send: (raw) => raw.call("ListDocuments", { parent: raw.root, ...request }),
});

const create = (name: string, { parent, ...rest }: { parent?: string } & Record<string, unknown>): RequestCase => ({
  name: `create ${name}`,
  send: (raw) =>
    raw.call("CreateDocument", {
      parent: parent ? `${raw.root}/${parent}` : raw.root,
      collectionId: "c",
      documentId: name.replaceAll(" ", "-"),
      document: {},
      ...rest,
    }),
});

/** Orders of lists, right and wrong. */
const ORDERS = [
  ...["a", "a desc", "a ASC", "a,b desc", "a  Desc,\tb", "a , b", "a,  b", "a ", "`a b`desc", "`a`.b desc", "desc"],
  ...["a desc, __name__", "__name__", "__name__ desc", "__name__, a", "`a,b` asc", "asc desc", "m.x", "a\ndesc"],
  ...[" ", " a", "a desc ", "a desc , b", "a foo", "a a", "a,", ",a", ",", "a,,b", "a desc asc", "a, a", "-a", "1a"],
  ...["a b", "__x__", "a..b", "`a", "``", "`a``b`", "a;b", "a descending"],
];

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
  ...["", "nonsense", "projects/p/databases/d"].map((database) => ({
    name: `batch get in the database "${database}"`,
    send: (raw: RawClient) => raw.call("BatchGetDocuments", { database, documents: [`${raw.root}/c/a`] }),
  })),
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
  { name: "get of a collection id __id7__", send: (raw) => raw.call("GetDocument", { name: `${raw.root}/__id7__/x` }) },
  {
    name: "list of a document's collections",
    send: (raw) => raw.call("ListCollectionIds", { parent: `${raw.root}/c/a` }),
  },
  {
    name: "list of a collection's collections",
    send: (raw) => raw.call("ListCollectionIds", { parent: `${raw.root}/c` }),
  },
  list("of documents", { collectionId: "c" }),
  list("of a collection __id7__", { collectionId: "__id7__" }),
  list("of all collections", {}),
  list("of all collections, missing ones too", { showMissing: true }),
  list("of all collections by a field", { orderBy: "a" }),
  list("of all collections by name, downwards", { orderBy: "__name__ desc" }),
  list("of a negative page", { collectionId: "c", pageSize: -1 }),
  list("from a page that never was", { collectionId: "c", pageToken: "junk" }),
  list("of missing ones in an order", { collectionId: "c", showMissing: true, orderBy: "__name__" }),
  list("in an unknown transaction", { collectionId: "c", transaction: Buffer.alloc(16) }),
  ...ORDERS.map((orderBy) => list(`by ${JSON.stringify(orderBy)}`, { collectionId: "c", orderBy })),
  {
    name: "create of a document that exists",
    send: (raw) => raw.call("CreateDocument", { parent: raw.root, collectionId: "c", documentId: "a", document: {} }),
  },
  {
    name: "create with a bad id",
    send: (raw) => raw.call("CreateDocument", { parent: raw.root, collectionId: "c", documentId: "a/b", document: {} }),
  },
  create("with a deep id", { documentId: "a/b/c" }),
  create("in a deep collection", { collectionId: "c/x/y" }),
  create("without a collection", { collectionId: "" }),
  create("below a collection", { collectionId: "d", parent: "c" }),
  create("with a document's name", { document: { name: "projects/p/databases/d/documents/c/new" } }),
  create("without a document", { document: undefined }),
  { name: "update of nothing", send: (raw) => raw.call("UpdateDocument", {}) },
  { name: "delete of a missing document", send: (raw) => raw.call("DeleteDocument", { name: `${raw.root}/c/none` }) },
];
