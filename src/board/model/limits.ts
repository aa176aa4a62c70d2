/** Sizes that a call may not exceed (docs/contracts.md 1), in characters unless said otherwise. */
export const LIMITS = {
  title: 500,
  description: 50_000,
  summary: 8_000,
  handoffNotes: 40_000,
  details: 4_000,
  agentName: 100,
  action: 40,
  id: 128,
  dependsOn: 100,
  /** Labels of a task, and characters of each. */
  labels: 20,
  label: 50,
  /** Characters of each part. */
  externalRef: { source: 100, id: 500, url: 2_000, batch: 128 },
  /** Bytes of JSON. */
  metadata: 32 * 1024,
  metadataDepth: 10,
  bulkTasks: 100,
  /** Tasks that one call creates, their bytes as JSON in all, and how many ids of other tasks they name. */
  createdTasks: 100,
  createdBytes: 4 * 1024 * 1024,
  createdLinks: 500,
  /** The name of a task within the call that creates it. */
  taskRef: 64,
  deletedTasks: 200,
} as const;

/** Pages: how many rows a list gives by default, and at most. */
export const PAGE = { default: 50, max: 200 } as const;

/** The handoff's size in tokens, estimated as UTF-8 bytes / 3. */
export const HANDOFF_TOKENS = { default: 8_000, min: 1_000, max: 100_000 } as const;
