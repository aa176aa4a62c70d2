import { z } from "zod";
import { deserializeFields } from "../encoding/protobuf.js";
import { parsePath } from "../encoding/resource-path.js";
import { compileIndexes, definitionOf, type IndexDefinitions, overridesOf } from "../index/index-definitions.js";
import { compositeEntries, type Entry, entriesOf } from "../index/index-entries.js";
import { includesAll, unionOf } from "../index/union.js";
import { entryKeysOf } from "./entry-keys.js";
import type { Names } from "./numbered-names.js";
import type { Connection } from "./sqlite.js";

/*
 * The index catalog says which indexes are active: every document of the file has its entries in them. It is stored in the
 * file itself (row `catalog` of `state`), because several processes write to it. A process whose index definitions differ
 * rebuilds what differs in one transaction: killed in the middle, nothing has changed.
 * https://firebase.google.com/docs/reference/firestore/indexes
 */

const catalogSchema = z.object({
  /** `overridesKey` of the rules by which single-field entries were written. */
  overrides: z.string(),
  /** Names of the composite indexes that have entries. */
  composites: z.array(z.string()),
});

type IndexCatalog = z.infer<typeof catalogSchema>;

/** Called while entries are rebuilt. */
export type RebuildProgress = (done: number, total: number) => void;

const PROGRESS_STEP = 5_000;

/** The stored catalog as text: equal texts mean equal active indexes. Undefined in a new file. */
export function readIndexCatalog(connection: Connection): string | undefined {
  return connection.get<{ value: string }>("SELECT value FROM state WHERE key = 'layout'")?.value;
}

/** Whether every index of the definitions is active. Further ones do no harm. */
export function catalogCovers(stored: string | undefined, rules: IndexDefinitions): boolean {
  if (stored === undefined) return false;
  return includesAll(indexesOfCatalog(stored), rules);
}

/** The definitions of the active indexes: what the file's documents have entries in. */
export function indexesOfCatalog(stored: string): IndexDefinitions {
  const catalog = catalogSchema.parse(JSON.parse(stored));
  return compileIndexes({
    indexes: catalog.composites.map(definitionOf),
    fieldOverrides: overridesOf(catalog.overrides),
  });
}

/**
 * Makes exactly the indexes of the definitions active, and gives the new catalog as text. Must run in a write
 * transaction. Documents are read only when entries are missing; a changed field exemption rewrites all entries.
 */
export function updateIndexCatalog(
  connection: Connection,
  names: Names,
  rules: IndexDefinitions,
  onProgress: RebuildProgress,
): string {
  const stored = readIndexCatalog(connection);
  const old: IndexCatalog | undefined = stored === undefined ? undefined : catalogSchema.parse(JSON.parse(stored));
  const next: IndexCatalog = { overrides: rules.overridesKey, composites: rules.all.map((index) => index.name).sort() };
  const text = JSON.stringify(next);
  if (stored === text) return text;
  if (old?.overrides !== next.overrides) {
    connection.exec("DELETE FROM entries");
    addEntries(connection, names, onProgress, undefined, (path, fields) => entriesOf(rules, path, fields));
  } else {
    for (const name of old.composites) if (!next.composites.includes(name)) dropIndex(connection, names, name);
    for (const index of rules.all.filter(({ name }) => !old.composites.includes(name))) {
      addEntries(connection, names, onProgress, index.group, (path, fields) => compositeEntries(index, path, fields));
    }
  }
  connection.run("INSERT OR REPLACE INTO state VALUES ('layout', ?)", text);
  return text;
}

/** Makes the indexes of the definitions active beside those that are, which other processes need. As above. */
export function extendIndexCatalog(
  connection: Connection,
  names: Names,
  rules: IndexDefinitions,
  onProgress: RebuildProgress,
): string {
  const stored = readIndexCatalog(connection);
  const next = stored === undefined ? rules : unionOf(indexesOfCatalog(stored), rules);
  return updateIndexCatalog(connection, names, next, onProgress);
}

interface DocumentRow {
  id: number;
  root: string;
  path: string;
  doc_id: string;
  fields: Uint8Array;
}

function addEntries(
  connection: Connection,
  names: Names,
  onProgress: RebuildProgress,
  group: string | undefined,
  entries: (path: ReturnType<typeof parsePath>, fields: ReturnType<typeof deserializeFields>) => Entry[],
): void {
  const condition = "kind = 'collection' AND (? IS NULL OR grp = ?)";
  const filter = group ?? null;
  const count = connection.get<{ count: number }>(
    `SELECT count(*) AS count FROM documents WHERE collection IN (SELECT id FROM scopes WHERE ${condition})`,
    filter,
    filter,
  );
  const total = count?.count ?? 0;
  let done = 0;
  for (let last = 0; ; ) {
    const rows = connection.all<DocumentRow>(
      `SELECT documents.id, root, path, doc_id, fields FROM documents JOIN scopes ON scopes.id = collection
       WHERE documents.id > ? AND ${condition} ORDER BY documents.id LIMIT 500`,
      last,
      filter,
      filter,
    );
    for (const row of rows) {
      const path = parsePath(`${row.root}/${row.path}/${row.doc_id}`);
      const keys = entryKeysOf(connection, names, path, entries(path, deserializeFields(row.fields)));
      for (const key of keys.values()) connection.run("INSERT OR REPLACE INTO entries VALUES (?, ?)", key, row.id);
      if (++done % PROGRESS_STEP === 0) onProgress(done, total);
    }
    const end = rows.at(-1);
    if (!end) break;
    last = end.id;
  }
  if (total > 0) onProgress(done, total);
}

/** Deletes all entries of one index: each scope holds those of one index together. */
function dropIndex(connection: Connection, names: Names, name: string): void {
  const index = names.index(connection, name);
  if (index === undefined) return;
  for (const { id } of connection.all<{ id: number }>("SELECT id FROM scopes")) {
    const base = Buffer.alloc(8);
    base.writeUInt32BE(id, 0);
    base.writeUInt32BE(index, 4);
    const end = Buffer.from(base);
    end.writeUInt32BE(index + 1, 4);
    connection.run("DELETE FROM entries WHERE key >= ? AND key < ?", base, end);
  }
}
