import { createHash } from "node:crypto";
import type { Connection } from "../storage/sqlite.js";
import type { TextSource } from "./text-source.js";

/** Marks an SQLite file as such a cache: "fbtx". */
const APPLICATION_ID = 0x66627478;
/** To be raised when what is put into the tables changes, as by another rule of what a word is. */
const CONTENT_VERSION = 1;

/*
 * sources     what is indexed: a collection of one database, or the sub-collections of one id of all its documents.
 *             `caught_up_to` is the time of its last change (`changed` of the store's `scopes`) when all its documents
 *             were last seen to be here as they are
 * rows        one per document, with the update time it had; `top_source` and `top_id` name the document that is found
 *             by it: itself, or of a part, whose `doc_id` is its path, the one that holds it; `scope` is the value of
 *             the source's scope field, `title` the number of its title's words
 * texts       the words of each row. No text is kept: https://www.sqlite.org/fts5.html#contentless_delete_tables
 * vocabulary  the words of all rows: https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
 */
const TABLES = `
  CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, caught_up_to INTEGER NOT NULL DEFAULT -1);
  CREATE TABLE rows (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    doc_id TEXT NOT NULL,
    update_time INTEGER NOT NULL,
    top_source INTEGER NOT NULL,
    top_id TEXT NOT NULL,
    scope TEXT,
    title INTEGER NOT NULL,
    UNIQUE (source, doc_id)
  );
  CREATE INDEX rows_by_time ON rows (source, update_time, doc_id);
  CREATE INDEX rows_by_scope ON rows (source, scope);
  CREATE INDEX rows_by_title ON rows (title);
  CREATE VIRTUAL TABLE texts USING fts5(
    title, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0'
  );
  CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, 'row');
`;

/** The version of a cache of these sources, 1 to 2^31 - 1: another one has other tables, or is made from other fields. */
export function cacheVersion(sources: readonly TextSource[]): number {
  const hash = createHash("sha256")
    .update(JSON.stringify([CONTENT_VERSION, TABLES, sources]))
    .digest();
  return hash.readUInt32BE(0) & 0x7fffffff || 1;
}

/** Makes the tables in an empty file. */
export function createCacheTables(connection: Connection, version: number): void {
  connection.exec(
    `BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}; COMMIT`,
  );
}

/** Whether a file holds the tables of this version. Throws SQLite's error for one that is damaged. */
export function hasCacheTables(connection: Connection, version: number): boolean {
  const application = connection.get<{ application_id: number }>("PRAGMA application_id")?.application_id;
  const found = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version;
  return application === APPLICATION_ID && found === version;
}
