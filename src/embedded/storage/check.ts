import { existsSync, statSync } from "node:fs";
import { deserializeFields } from "../encoding/protobuf.js";
import { parsePath } from "../encoding/resource-path.js";
import { StoreError } from "../errors.js";
import { entriesOf } from "../index/index-entries.js";
import { readClock } from "./clock.js";
import { entryKeysOf } from "./entry-keys.js";
import { indexesOfCatalog, readIndexCatalog } from "./index-catalog.js";
import { createNames } from "./numbered-names.js";
import { checkStoreIdentity } from "./schema.js";
import { type Connection, openConnection, toStoreError } from "./sqlite.js";
import { checkLogBelongs } from "./store-id.js";

/**
 * What a check of a store found.
 * https://www.sqlite.org/pragma.html#pragma_integrity_check
 */
export interface CheckReport {
  /** Empty for a sound store; at most 20 sentences. */
  problems: string[];
  documents: number;
  indexEntries: number;
  /** Size of the main file. */
  bytes: number;
}

const MOST_PROBLEMS = 20;

/**
 * Reads a whole store, also while it is in use, and reports whether SQLite finds its file sound, every document can be
 * read, and the index holds exactly the entries of the documents. Changes nothing. Throws StoreError when the file is
 * no readable store.
 */
export function check(file: string): CheckReport {
  if (!existsSync(file)) throw new StoreError("no_store", `There is no store at ${file}.`);
  try {
    return inSnapshot(file, (connection) => {
      const damage = sqliteProblems(connection);
      if (damage.length > 0) return { problems: damage, documents: 0, indexEntries: 0, bytes: statSync(file).size };
      checkStoreIdentity(connection);
      return { ...checkContents(connection), bytes: statSync(file).size };
    });
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Runs `read` on one snapshot of a store, read-only. Throws `store_replaced` when the log beside it is another file's. */
export function inSnapshot<T>(file: string, read: (connection: Connection) => T): T {
  checkLogBelongs(file);
  const connection = openConnection(file, { readOnly: true, waitMs: 2_000 });
  try {
    connection.exec("BEGIN");
    return read(connection);
  } finally {
    connection.rollback();
    connection.close();
  }
}

function sqliteProblems(connection: Connection): string[] {
  const rows = connection.all<{ integrity_check: string }>(`PRAGMA integrity_check(${MOST_PROBLEMS})`);
  return rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
}

interface DocumentRow {
  id: number;
  root: string;
  path: string;
  doc_id: string;
  update_time: number;
  fields: Uint8Array;
}

function checkContents(connection: Connection): Omit<CheckReport, "bytes"> {
  const catalog = readIndexCatalog(connection);
  if (catalog === undefined) return { problems: ["The list of indexes is missing."], documents: 0, indexEntries: 0 };
  const rules = indexesOfCatalog(catalog);
  const names = createNames();
  const clock = readClock(connection);
  const problems: string[] = [];
  let documents = 0;
  let expected = 0;
  for (let last = 0; problems.length < MOST_PROBLEMS; ) {
    const rows = connection.all<DocumentRow>(
      `SELECT documents.id, root, path, doc_id, update_time, fields FROM documents JOIN scopes ON scopes.id = collection
       WHERE documents.id > ? ORDER BY documents.id LIMIT 500`,
      last,
    );
    for (const row of rows) {
      const name = `${row.root}/${row.path}/${row.doc_id}`;
      if (row.update_time > clock) problems.push(`${name} was changed after the last commit.`);
      const path = parsePath(name);
      const keys = entryKeysOf(connection, names, path, entriesOf(rules, path, deserializeFields(row.fields)));
      const absent = [...keys.values()].filter((key) => entryOf(connection, key) !== row.id).length;
      if (absent > 0) problems.push(`${name} lacks ${absent} of ${keys.size} index entries.`);
      documents++;
      expected += keys.size;
    }
    const end = rows.at(-1);
    if (!end) break;
    last = end.id;
  }
  const indexEntries = connection.get<{ count: number }>("SELECT count(*) AS count FROM entries")?.count ?? 0;
  if (problems.length === 0 && indexEntries > expected) {
    problems.push(`${indexEntries - expected} index entries belong to no document.`);
  }
  return { problems: problems.slice(0, MOST_PROBLEMS), documents, indexEntries };
}

function entryOf(connection: Connection, key: Buffer): number | undefined {
  return connection.get<{ document: number }>("SELECT document FROM entries WHERE key = ?", key)?.document;
}
