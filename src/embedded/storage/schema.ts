import { StoreError } from "../errors.js";
import type { Connection } from "./sqlite.js";

/** Marks an SQLite file as a store: "fbrd". */
const APPLICATION_ID = 0x66627264;

/**
 * The version of the tables below and of what is in them; a store with a higher one was written by a newer program.
 * 2: references are encoded by project and database, and vectors have no entries of their parts.
 */
const SCHEMA_VERSION = 2;

/*
 * state      one row per fact about the whole store: `clock` (time of the last commit in microseconds), `layout`
 *            (the index catalog, see layout.ts), `id` (see store-id.ts)
 * scopes     what index entries are grouped by: a collection, all collections of one id (a group), a database.
 *            `changed` is the time of the last commit that changed a document of the collection.
 * documents  fields as protobuf bytes, times in microseconds
 * indexes    names of indexes as numbers
 * entries    scope, index, encoded values and document name in one ordered key: see index/keys.ts
 * https://www.sqlite.org/withoutrowid.html
 */
const TABLES = `
  CREATE TABLE state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('collection', 'group', 'database')),
    path TEXT NOT NULL,
    grp TEXT NOT NULL,
    changed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (root, kind, path)
  );
  CREATE INDEX scopes_of_group ON scopes (root, grp, changed) WHERE kind = 'collection';
  CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    doc_id TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    fields BLOB NOT NULL,
    UNIQUE (collection, doc_id)
  );
  CREATE TABLE indexes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE entries (key BLOB PRIMARY KEY, document INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO state VALUES ('clock', 0);
`;

/**
 * The documents of a collection by the time of their last change, for what keeps a copy up to date (text/catch-up.ts).
 * It came later than the tables; older programs keep it too, as SQLite does it for them, so it is no new version.
 */
const INDEX_BY_CHANGE = "CREATE INDEX IF NOT EXISTS documents_by_change ON documents (collection, update_time, doc_id)";

/**
 * Creates the tables of a new file, checks those of an old one and lets its index be rebuilt if its version is older.
 * Must run inside a write transaction, which then updates the index catalog (layout.ts).
 * Throws `not_a_store` for a file that something else wrote, `newer_schema` for one that a newer program wrote.
 */
export function prepareSchema(connection: Connection): void {
  const { version, application } = identityOf(connection);
  const tables = connection.get<{ count: number }>("SELECT count(*) AS count FROM sqlite_schema")?.count ?? 0;
  if (application === 0 && version === 0 && tables === 0) {
    connection.exec(TABLES);
    connection.exec(INDEX_BY_CHANGE);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    return;
  }
  checkStoreIdentity(connection);
  connection.exec(INDEX_BY_CHANGE);
  if (version < SCHEMA_VERSION) {
    connection.exec(`DELETE FROM state WHERE key = 'layout'; PRAGMA user_version = ${SCHEMA_VERSION}`);
  }
}

/** Refuses a file that is no store, or one of a newer schema version than this program knows. */
export function checkStoreIdentity(connection: Connection): void {
  const { version, application } = identityOf(connection);
  if (application !== APPLICATION_ID) {
    throw new StoreError("not_a_store", "The file is not a store of this program. Choose another file.");
  }
  checkSchemaVersion(version);
}

/** The same for the store as a connection sees it. */
export function checkStoreSchema(connection: Connection): void {
  checkSchemaVersion(connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0);
}

function identityOf(connection: Connection): { version: number; application: number } {
  return {
    version: connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0,
    application: connection.get<{ application_id: number }>("PRAGMA application_id")?.application_id ?? 0,
  };
}

/** Refuses a store of a newer schema version than this program knows: now, or since it was opened. */
function checkSchemaVersion(version: number): void {
  if (version <= SCHEMA_VERSION) return;
  throw new StoreError(
    "newer_schema",
    `The store has schema version ${version}; this program knows versions up to ${SCHEMA_VERSION}. Update the program.`,
  );
}
