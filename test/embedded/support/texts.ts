import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Firestore } from "@google-cloud/firestore";
import { onTestFinished } from "vitest";
import type { TextAnswer, TextSearch, TextSource } from "../../../src/embedded/index.js";
import { startTestStore } from "./engine.js";
import { temporaryFile } from "./folder.js";

/** What is below `things` says more of them. */
const parts = { collection: "parts", texts: ["text"] };
/** The collections `things`, and `notes` of which the latest twenty are searched. */
const SOURCES: TextSource[] = [
  { collection: "things", title: "title", texts: ["text", "labels", "origin.id"], scope: "box", parts },
  { collection: "notes", title: "title", texts: ["text"], scope: "box", latest: 20 },
];

/** An engine with a text index on a file. */
export interface TextStore {
  file: string;
  db: Firestore;
  /** The whole answer. Throws when the index cannot be used. */
  search(query: string, options?: Partial<TextSearch>): Promise<TextAnswer>;
  /** The ids found in `things`. */
  find(query: string, options?: Partial<TextSearch>): Promise<string[]>;
  /** The same, or undefined when the index cannot be used. */
  tryToFind(query: string): Promise<string[] | undefined>;
  /** What was reported as a fault of the index. */
  faults: unknown[];
  close(): Promise<void>;
}

/** Starts one; it ends with the test. */
export async function startTextStore(file = temporaryFile()): Promise<TextStore> {
  const faults: unknown[] = [];
  const { engine, db, close } = await startTestStore({
    file,
    texts: SOURCES,
    onTextIndexFault: (error) => faults.push(error),
  });
  onTestFinished(close);
  const request = (query: string, options: Partial<TextSearch> = {}): TextSearch => ({
    database: "projects/demo-test/databases/(default)",
    collections: ["things"],
    query,
    limit: 50,
    ms: 15_000,
    ...options,
  });
  const search: TextStore["search"] = async (query, options) => {
    const answer = await engine.searchTexts(request(query, options));
    if (!answer) throw new Error(`the text index cannot be used: ${faults.join(", ")}`);
    return answer;
  };
  return {
    file,
    db,
    search,
    find: async (query, options) => (await search(query, options)).matches.map(({ id }) => id),
    tryToFind: async (query) => (await engine.searchTexts(request(query)))?.matches.map(({ id }) => id),
    faults,
    close,
  };
}

/** Stores documents by their ids, each with its title, or with the given fields. */
export async function write(
  db: Firestore,
  documents: Record<string, string | object>,
  collection = "things",
): Promise<void> {
  const entries = Object.entries(documents);
  for (let from = 0; from < entries.length; from += 500) {
    const batch = db.batch();
    for (const [id, fields] of entries.slice(from, from + 500))
      batch.set(db.collection(collection).doc(id), typeof fields === "string" ? { title: fields } : fields);
    await batch.commit();
  }
}

/** The files of the cache of a store: whole databases only. */
export function cacheFiles(file: string): string[] {
  const folder = `${file}-search`;
  return readdirSync(folder)
    .filter((name) => name.endsWith(".db"))
    .map((name) => join(folder, name));
}

/** Titles of eight words of a small vocabulary, no two alike; the same for the same number. */
export function titles(count: number): string[] {
  const vocabulary = Array.from(
    { length: 60 },
    (_, at) => `${"bcdfgklmnprst"[at % 13]}${"aeiou"[at % 5]}n${at.toString(36)}`,
  );
  return Array.from({ length: count }, (_, at) => {
    const digits = [at, at * 7, at * 13, Math.floor(at / 3), Math.floor(at / 60), at * 31, Math.floor(at / 7), at * 3];
    return `${digits.map((digit) => vocabulary[digit % 60]).join(" ")} ${at % 2 ? "part" : "step"} ${at}`;
  });
}
