import { z } from "zod";
import { LIMITS } from "../../board/model/limits.js";
import { TURN_LIMITS } from "../../board/model/turn.js";
import { isStorableTime } from "../../time-range.js";
import { boundedText, id, isoTime, nullableText, requiredText } from "../schema.js";

/**
 * Arguments and results that the tools of the turn log share; camelCase, as in its document (docs/contracts.md 1.1).
 */

/** The agent of a session; its format is checked with the session id that it begins. */
export const agent = requiredText(LIMITS.agentName);
/** An id that is being made: its format has an error code of its own. */
export const newId = requiredText(1_000);

/** Names a session, when it is not the connection's own. */
export const session = { agent: agent.optional(), sessionId: id.optional().describe("else this connection's") };
/** Names a turn, when it is not the connection's own. */
export const turn = { ...session, requestId: id.optional().describe("else the open turn") };

/** A long text of the turn log; it may be empty. */
export const longText = boundedText(TURN_LIMITS.text);
/** A short text of the turn log. */
export const logLabel = requiredText(TURN_LIMITS.label);
/** How many items one append takes. */
export const items = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(TURN_LIMITS.items);

/** ISO 8601 with a zone, a time that Firestore can store. */
export const turnTime = z.iso
  .datetime({ offset: true })
  .refine((value) => /^\d{4}-/.test(value) && isStorableTime(new Date(value)), {
    error: "must be between the years 1 and 9999",
    abort: true,
  });

/** A session in the history. */
export const historyRowSchema = z.object({
  agent: nullableText,
  sessionId: z.string(),
  title: nullableText,
  model: z.string(),
  started: isoTime,
  lastUpdated: isoTime,
  status: z.enum(["in_progress", "completed"]),
  turnCount: z.number(),
  filesModifiedCount: z.number(),
  tags: z.array(z.string()),
});

/** A turn that has just ended. */
export const ended = <S extends "completed" | "failed">(status: S) =>
  z.object({ turnRequestId: z.string(), status: z.literal(status), timestamp: z.string() });
