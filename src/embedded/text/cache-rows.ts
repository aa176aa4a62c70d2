import { createHash } from "node:crypto";
import { unspacedCharacters, wordsOf } from "../../words.js";
import type { Connection } from "../storage/sqlite.js";
import type { DocumentTexts } from "./text-source.js";

/**
 * Puts a document into the cache, in place of what was there of it; `top` is what is found by it. Must stand in a write
 * transaction.
 */
export function addDocument(
  cache: Connection,
  source: number,
  { doc_id, update_time, top }: { doc_id: string; update_time: number; top: { source: number; id: string } },
  { title, body, scope }: DocumentTexts,
): void {
  removeDocument(cache, source, doc_id);
  const { lastInsertRowid } = cache.run(
    "INSERT INTO rows (source, doc_id, update_time, top_source, top_id, scope, title) VALUES (?, ?, ?, ?, ?, ?, ?)",
    source,
    doc_id,
    update_time,
    top.source,
    top.id,
    scope,
    titleNumber(title),
  );
  cache.run(
    "INSERT INTO texts (rowid, title, body) VALUES (?, ?, ?)",
    lastInsertRowid,
    indexTokens(wordsOf(title)),
    indexTokens(wordsOf(body)),
  );
}

/** Removes a document from the cache, if it is there. Must stand in a write transaction. */
export function removeDocument(cache: Connection, source: number, docId: string): void {
  const row = cache.get<{ id: number }>("SELECT id FROM rows WHERE source = ? AND doc_id = ?", source, docId);
  if (!row) return;
  cache.run("DELETE FROM texts WHERE rowid = ?", row.id);
  cache.run("DELETE FROM rows WHERE id = ?", row.id);
}

/** Words as FTS5 indexes them, separated by spaces; a word of a script without spaces is a phrase of its characters. */
export function indexTokens(words: readonly string[]): string {
  return words.flatMap((word) => unspacedCharacters(word) ?? [word]).join(" ");
}

/** A number for a title, the same for titles of the same words; of the same characters, where there is no word. */
export function titleNumber(title: string): number {
  const normal = wordsOf(title).join(" ") || title.trim();
  return createHash("sha256").update(normal).digest().readUIntBE(0, 6);
}
