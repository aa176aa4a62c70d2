import { setTimeout as pause } from "node:timers/promises";
import { StatusError } from "../errors.js";
import { isBusy, toStoreError } from "../storage/sqlite.js";
import type { StoreFile } from "../storage/store-file.js";
import { type CacheFile, discardCacheFile, isCurrent, isDamage, isReplaced, openCacheFile } from "./cache-file.js";
import { cacheVersion } from "./cache-schema.js";
import { type CachedSource, catchUp, StoreFault } from "./catch-up.js";
import { findMatches } from "./find-matches.js";
import type { TextSource } from "./text-source.js";

/** What is looked for. */
export interface TextSearch {
  /** The database: `projects/{project}/databases/{database}`. */
  database: string;
  /** Ids of the collections to look in; each must be one of the index's sources. */
  collections: readonly string[];
  query: string;
  /** The value that the sources' scope field must have; any when undefined. */
  scope?: string | undefined;
  limit: number;
  /** Milliseconds that the search may take. */
  ms: number;
}

/** A document that was found; `part` is the id of its part that matches best, null when the document itself does. */
export interface TextMatch {
  collection: string;
  id: string;
  part: string | null;
  score: number;
}

/** What was found. */
export interface TextAnswer {
  /** The best first; `score` compares the matches of one answer. */
  matches: TextMatch[];
  /** The words by which they match: those of the query, or what these were taken for. */
  words: string[];
  /** How far the index reached, by collection. */
  coverage: Record<string, TextCoverage>;
}

/** How much of a collection was searched. */
export interface TextCoverage {
  /** Documents in the index, within the scope; their parts do not count. */
  indexed: number;
  /** Whether they and their parts are in it as they are now: else time ran out, and the next search goes on. */
  current: boolean;
  /** Whether these are all documents there are, with all their parts. */
  complete: boolean;
}

/** Full-text search over the documents of a store. */
export interface TextIndex {
  /**
   * Searches, after the index has been brought up to date as far as time allows: what was committed before the call is
   * found. Undefined when the index cannot be used, as in a folder that cannot be written. Rejects with a
   * StoreError when the store itself cannot be read, with a StatusError when it is closed.
   */
  search(request: TextSearch): Promise<TextAnswer | undefined>;
  close(): void;
}

/** Of its time a search gives this share to bringing the index up to date; the rest is for finding. */
const CATCH_UP_SHARE = 0.75;
const TRIES = 3;
/** The pause before a file that another process has locked is tried again. */
const BUSY_MS = 5;

/**
 * The text index of a store: a disposable cache in a folder beside its file, which all processes share. One that is missing,
 * damaged or of another version is made again. `onFault` hears why the index cannot be used, once until it can again.
 */
export function createTextIndex(
  store: StoreFile,
  definitions: readonly TextSource[],
  onFault: (error: unknown) => void,
): TextIndex {
  const folder = `${store.path}-search`;
  const version = cacheVersion(definitions);
  let current: CacheFile | undefined;
  let faulty = false;

  const open = (): CacheFile => {
    if (current && isCurrent(folder, version, current)) {
      if (!isReplaced(current)) return current;
      // What was restored under this name may have been mixed with the log of what was there.
      leave(current, true);
    }
    current?.connection.close();
    current = undefined;
    current = openCacheFile(folder, version);
    return current;
  };
  const leave = (file: CacheFile | undefined, damaged: boolean): void => {
    // Another search of this process may have replaced it already.
    if (!file || file !== current) return;
    current = undefined;
    if (damaged) discardCacheFile(file);
    else file.connection.close();
  };

  const attempt = async ({ connection }: CacheFile, request: TextSearch, end: number): Promise<TextAnswer> => {
    const { collections, query, scope, limit, database, ms } = request;
    const sources = definitions
      .filter(({ collection }) => collections.includes(collection))
      .map((definition) => sourcesOf(connection, `${database}/documents`, definition));
    const stopAt = end - ms * (1 - CATCH_UP_SHARE);
    const caughtUp = new Map<number, boolean>();
    for (const source of sources.flat())
      caughtUp.set(source.id, await catchUp(store, connection, source, () => stopAt - performance.now()));
    const { matches, words } = await findMatches(
      connection,
      { query, sources: sources.flat().map(({ id }) => id), scope, limit },
      () => end - performance.now(),
    );
    const collectionOf = new Map(sources.flat().map(({ id, definition }) => [id, definition.collection]));
    return {
      matches: matches.map(({ source, id, doc_id, score }) => ({
        collection: collectionOf.get(source) ?? "",
        id,
        part: doc_id === id ? null : (doc_id.split("/").at(-1) ?? null),
        score,
      })),
      words,
      coverage: Object.fromEntries(
        sources.map(([{ id, definition }, ...parts]) => {
          const { collection, latest = Number.POSITIVE_INFINITY } = definition;
          const current = [id, ...parts.map((source) => source.id)].every((source) => caughtUp.get(source));
          const indexed = countOf(connection, id, scope);
          return [collection, { indexed, current, complete: current && countOf(connection, id, undefined) < latest }];
        }),
      ),
    };
  };

  return {
    async search(request) {
      const end = performance.now() + request.ms;
      for (let tries = 1; ; tries++) {
        let file: CacheFile | undefined;
        try {
          file = open();
          const answer = await attempt(file, request, end);
          faulty = false;
          return answer;
        } catch (error) {
          const cause = error instanceof StoreFault ? error.cause : error;
          if (isBusy(cause) && performance.now() < end) {
            tries--;
            await pause(BUSY_MS);
            continue;
          }
          if (error instanceof StoreFault) throw toStoreError(cause);
          if (isBug(error)) throw error;
          leave(file, isDamage(error));
          if (tries < TRIES && performance.now() < end) continue;
          if (!faulty) onFault(error);
          faulty = true;
          return undefined;
        }
      }
    },
    close() {
      current?.connection.close();
      current = undefined;
    },
  };
}

function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof StatusError;
}

/** The documents, and their parts if they have some. */
function sourcesOf(
  cache: CacheFile["connection"],
  root: string,
  definition: TextSource,
): [CachedSource, ...CachedSource[]] {
  const { collection, parts } = definition;
  const documents = { id: numberOf(cache, `${root}/${collection}`), root, definition };
  if (!parts) return [documents];
  return [
    documents,
    { ...documents, id: numberOf(cache, `${root}/${collection}/*/${parts.collection}`), top: documents.id },
  ];
}

function numberOf(cache: CacheFile["connection"], name: string): number {
  const find = () => cache.get<{ id: number }>("SELECT id FROM sources WHERE name = ?", name);
  let row = find();
  if (!row) {
    cache.run("INSERT OR IGNORE INTO sources (name) VALUES (?)", name);
    row = find();
  }
  return row?.id ?? 0;
}

function countOf(cache: CacheFile["connection"], source: number, scope: string | undefined): number {
  const row = cache.get<{ count: number }>(
    "SELECT count(*) AS count FROM rows WHERE source = ? AND (? IS NULL OR scope = ?)",
    source,
    scope ?? null,
    scope ?? null,
  );
  return row?.count ?? 0;
}
