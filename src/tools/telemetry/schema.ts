import { z } from "zod";
import { LIMITS } from "../../board/model/limits.js";
import { isStorableTime } from "../../time-range.js";
import { agentName, id, isoTime, nullableText, requiredText, truncation, warnings } from "../schema.js";

/** Parts of the session* tools. Their names are those of the source documents of docs/contracts.md 4, in camelCase. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A session that exists; a UUID in capitals is the one in lower case. */
export const sessionId = id.overwrite((value) => (UUID.test(value) ? value.toLowerCase() : value));
/** The id of a session to be made. */
export const newSessionId = z
  .string()
  .regex(UUID, "must be a UUID")
  .overwrite((value) => value.toLowerCase());

/** The name of the agent that leads a session. */
export const leader = agentName;
/** A short text of a context session. */
export const label = requiredText(LIMITS.title);
const count = z.int().min(0);
/** The three token counts, each optional. */
export const tokens = {
  inputTokens: count.optional(),
  outputTokens: count.optional(),
  cachedTokens: count.optional(),
};

/** ISO 8601 with a zone, a time that Firestore can store. */
export const storableTime = z.iso
  .datetime({ offset: true })
  .refine((value) => isStorableTime(new Date(value)), "must be a year from 1 to 9999");

/** A session as the session tools show it. */
const row = z.object({
  sessionId: z.string(),
  agentName: nullableText,
  storyId: nullableText,
  phase: nullableText,
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedTokens: z.number(),
  startedAt: isoTime,
  endedAt: isoTime,
  createdAt: isoTime,
  updatedAt: isoTime,
});

/** A row, or `{session: null, reason}` where the documents say null: a union would publish an empty schema. */
export const rowOrNone = row.partial().extend({ session: z.null().optional(), reason: z.string().optional() });

/** The result of sessionQuery. */
export const rows = z.object({
  sessions: z.array(row),
  ...truncation,
  degraded: z.literal(true).optional(),
  warnings: warnings.optional(),
});
