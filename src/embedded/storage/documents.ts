import type { FieldPath } from "../encoding/field-path.js";
import type { Document, Fields } from "../encoding/messages.js";
import { projectEncoded } from "../encoding/project-encoded.js";
import { deserializeFields } from "../encoding/protobuf.js";
import { lastSegment, parentOf, type ResourcePath } from "../encoding/resource-path.js";
import { fromMicros } from "../encoding/timestamps.js";
import { collectionScope, type Names } from "./numbered-names.js";
import type { Connection } from "./sqlite.js";

/**
 * A document as it is stored; times in microseconds.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#document
 */
export interface StoredDocument {
  id: number;
  /** The full resource name. */
  name: string;
  createTime: number;
  updateTime: number;
  /** The fields as protobuf bytes. */
  bytes: Uint8Array;
}

interface DocumentRow {
  id: number;
  collection: number;
  doc_id: string;
  create_time: number;
  update_time: number;
  fields: Uint8Array;
}

const COLUMNS = "id, collection, doc_id, create_time, update_time, fields";

/** Reads a document by its path; undefined when there is none. */
export function findDocument(connection: Connection, names: Names, path: ResourcePath): StoredDocument | undefined {
  const collection = names.scope(connection, collectionScope(parentOf(path)));
  if (collection === undefined) return undefined;
  const row = connection.get<DocumentRow>(
    `SELECT ${COLUMNS} FROM documents WHERE collection = ? AND doc_id = ?`,
    collection,
    lastSegment(path),
  );
  return row && fromRow(connection, names, row);
}

/** Reads the document that an index entry points to. */
export function loadDocument(connection: Connection, names: Names, id: number): StoredDocument {
  const row = connection.get<DocumentRow>(`SELECT ${COLUMNS} FROM documents WHERE id = ?`, id);
  if (!row) throw new RangeError(`an index entry points to document ${id}, which does not exist`);
  return fromRow(connection, names, row);
}

/** The fields of a stored document, decoded. */
export function fieldsOf(document: StoredDocument): Fields {
  return deserializeFields(document.bytes);
}

/** The document with the fields at these paths alone; with all of them when there are no paths. */
export function projected(document: StoredDocument, paths: readonly FieldPath[] | undefined): StoredDocument {
  return paths ? { ...document, bytes: projectEncoded(document.bytes, paths) } : document;
}

/** The document as a message. */
export function toMessage(document: StoredDocument): Document {
  return {
    name: document.name,
    fields: fieldsOf(document),
    createTime: fromMicros(document.createTime),
    updateTime: fromMicros(document.updateTime),
  };
}

function fromRow(connection: Connection, names: Names, row: DocumentRow): StoredDocument {
  const scope = names.scopeById(connection, row.collection);
  return {
    id: row.id,
    name: `${scope.root}/${scope.path}/${row.doc_id}`,
    createTime: row.create_time,
    updateTime: row.update_time,
    bytes: row.fields,
  };
}
