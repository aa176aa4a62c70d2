/** The top-level collections, without the prefix that the settings may give them. */
export const COLLECTIONS = [
  "projects",
  "tasks",
  "sessions",
  "sessions_archive",
  "activity_log",
  "idempotency_keys",
  "memories",
  "agents",
  "deliveries",
  "access_tokens",
] as const;
/** The name of a top-level collection, without a prefix. */
export type CollectionName = (typeof COLLECTIONS)[number];

/** The sub-collections, each with the collection whose documents hold it. */
export const SUB_COLLECTIONS = {
  participants: "sessions",
  turns: "sessions",
  files: "sessions",
  dialog: "turns",
  actions: "turns",
} as const;
/** The name of a sub-collection, without a prefix. */
export type SubCollectionName = keyof typeof SUB_COLLECTIONS;
