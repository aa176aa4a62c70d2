import type { Engine, TextSource } from "../embedded/index.js";
import type { CollectionName } from "./collections.js";
import type { StoreConfig } from "./store-config.js";

/** The collections that are searched by their texts. */
type SearchedCollection = Extract<CollectionName, "tasks" | "sessions" | "activity_log">;

/** What is looked for in a text index. */
export interface StoreTextSearch {
  collections: readonly SearchedCollection[];
  query: string;
  /** Only documents of this project; of all when undefined. */
  project_id?: string | undefined;
  limit: number;
  /** Milliseconds that the search may take. */
  ms: number;
}

/** What a text index found. */
export interface TextMatches {
  /**
   * Where the documents are, the best first. They are as the index saw them: whoever shows them reads them. `part`: who
   * said it, of the session's participants; null for the document itself.
   */
  matches: { collection: SearchedCollection; id: string; part: string | null; score: number }[];
  /** The words by which they match. */
  words: string[];
  /**
   * By collection, how many documents of the project it holds, whether they and their parts are as they are now, and
   * whether these are all there are.
   */
  coverage: Partial<Record<SearchedCollection, { indexed: number; current: boolean; complete: boolean }>>;
}

/**
 * A full-text index over whole collections. Only the embedded store has one: Firestore cannot search texts. What was
 * committed before a search, by any process, is found by it. Null when it cannot be used just now.
 */
export type StoreTextIndex = (search: StoreTextSearch) => Promise<TextMatches | null>;

/** Which fields are searched. Of the entries the latest: a board has many, and the old ones are rarely looked for. */
const SEARCHED: Record<SearchedCollection, Omit<TextSource, "collection">> = {
  tasks: {
    title: "title",
    texts: ["description", "labels", "external_ref.id", "external_ref.url"],
    scope: "project_id",
  },
  sessions: {
    title: "title",
    texts: ["progress_summary", "handoff_notes"],
    scope: "project_id",
    parts: { collection: "participants", texts: ["summary", "notes"] },
  },
  activity_log: { title: "action", texts: ["details"], scope: "project_id", latest: 5_000 },
};
const COLLECTIONS = Object.keys(SEARCHED) as SearchedCollection[];

/** What the embedded engine is to index. */
export function textSources(prefix: string): TextSource[] {
  return COLLECTIONS.map((collection) => {
    const { parts, ...searched } = SEARCHED[collection];
    const prefixed = parts && { parts: { ...parts, collection: prefix + parts.collection } };
    return { ...searched, ...prefixed, collection: prefix + collection };
  });
}

/** The board's text index on an engine. */
export function textIndexOn(
  searchTexts: Engine["searchTexts"],
  { projectId = "", databaseId, collectionPrefix }: StoreConfig,
): StoreTextIndex {
  return async ({ collections, query, project_id, limit, ms }) => {
    const answer = await searchTexts({
      database: `projects/${projectId}/databases/${databaseId}`,
      collections: collections.map((collection) => collectionPrefix + collection),
      query,
      scope: project_id,
      limit,
      ms,
    });
    if (!answer) return null;
    const named = (id: string) => COLLECTIONS.filter((collection) => collectionPrefix + collection === id);
    return {
      matches: answer.matches.flatMap((match) =>
        named(match.collection).map((collection) => ({ ...match, collection })),
      ),
      words: answer.words,
      coverage: Object.fromEntries(
        Object.entries(answer.coverage).flatMap(([id, reached]) => named(id).map((name) => [name, reached])),
      ),
    };
  };
}
