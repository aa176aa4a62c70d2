import { z } from "zod";
import { counter, optionalText, optionalTimestamp, type Stored, texts } from "./fields.js";

/** The words of the turn log (docs/contracts.md 5); action types are open. */
export const DIALOG_ROLES = ["model", "tool", "system", "user"] as const;
/** The categories of a dialog item (docs/contracts.md 5). */
export const DIALOG_CATEGORIES = ["reasoning", "tool_call", "tool_result", "observation", "decision"] as const;
/** The statuses of an action (docs/contracts.md 5). */
export const ACTION_STATUSES = ["completed", "in_progress", "failed"] as const;

/** Who speaks in a dialog item. */
export type DialogRole = (typeof DIALOG_ROLES)[number];
/** What a dialog item is. */
export type DialogCategory = (typeof DIALOG_CATEGORIES)[number];
/** How an action ended. */
export type ActionStatus = (typeof ACTION_STATUSES)[number];

/** Sizes of the turn log, in characters unless said otherwise; they keep a turn far below Firestore's 1 MiB. */
export const TURN_LIMITS = {
  /** Query, response, interpretation, error message, dialog content. */
  text: 20_000,
  actionDescription: 4_000,
  filePath: 1_000,
  label: 100,
  /** Tags that a turn, and a session, may have. */
  tags: { turn: 100, session: 1_000 },
  context: { entries: 300, entry: 300 },
  /** Items of one append, and their bytes as JSON: a commit holds 10 MiB. */
  items: 500,
  itemBytes: 8 * 1024 * 1024,
} as const;

/**
 * A turn as stored, `sessions/{id}/turns/{request_id}`. Its dialog items and actions are documents in sub-collections
 * of it, with the ordinals that `dialog_count` and `action_count` give out.
 */
export const turnDocument = z.object({
  /** in_progress, then completed or failed. */
  status: z.string().default("in_progress"),
  query_title: optionalText,
  query_text: optionalText,
  interpretation: optionalText,
  response: optionalText,
  error_message: optionalText,
  error_code: optionalText,
  token_count: z.number().nullable().default(null),
  tags: texts,
  context_list: texts,
  dialog_count: counter,
  action_count: counter,
  started_at: optionalTimestamp,
  ended_at: optionalTimestamp,
  /** The call that changed it last: the mark of its commit (core/write.ts). */
  last_call_id: optionalText,
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
});
/** A turn with its request id. */
export type Turn = Stored<z.output<typeof turnDocument>>;
