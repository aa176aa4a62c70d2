import { z } from "zod";
import { type Metadata, metadataFault } from "../board/core/metadata.js";
import { jsonBytes } from "../board/core/tokens.js";
import { LIMITS, PAGE } from "../board/model/limits.js";
import { isStorableTime } from "../time-range.js";
import { IS_EMPTY } from "../zod-messages.js";

const wellFormed = (value: string) => value.isWellFormed();

const isBlank = (value: string) => value.trim() === "";

/**
 * Text of at most `max` characters; nothing but white space counts as empty. Text that is not valid Unicode cannot be
 * stored as it is and is refused.
 */
export const boundedText = (max: number) =>
  z
    .string()
    .max(max)
    .refine(wellFormed, "must be valid Unicode")
    .overwrite((value) => (isBlank(value) ? "" : value));
/** Text that may not be empty. */
export const requiredText = (max: number) => boundedText(max).min(1);

const EMPTY_MEANS_SOMETHING = new WeakSet<z.ZodType>();

/** An optional text for which empty text is a value, where for others it counts as absent. */
export function emptyMeansSomething<T extends z.ZodType>(argument: T): T {
  EMPTY_MEANS_SOMETHING.add(argument);
  return argument;
}
/** Whether empty text is a value of this argument. */
export const meansSomethingEmpty = (argument: z.ZodType): boolean => EMPTY_MEANS_SOMETHING.has(argument);

/** The argument `clear` of an update: what to empty, for hosts and models that send neither null nor empty text. */
export const clear = <const F extends readonly [string, ...string[]]>(fields: F) =>
  z.array(z.enum(fields)).optional().describe("fields to empty");

const ID = new RegExp(`^[A-Za-z0-9_.:-]{1,${LIMITS.id}}$`);
const isId = (value: string) => ID.test(value) && value !== "." && value !== ".." && !/^__.*__$/.test(value);

const ID_FORM = `must be an id: 1-${LIMITS.id} of A-Z a-z 0-9 _ . : -, not ".", ".." or "__x__"`;

/** A document's id (docs/contracts.md 1). */
export const id = z.string().refine(isId, { error: ({ input }) => (isBlank(String(input)) ? IS_EMPTY : ID_FORM) });

/** An agent's name. */
export const agentName = requiredText(LIMITS.agentName);
/** Who of a session's agents calls, where no connection tells (docs/http.md); only the call's holder depends on it. */
export const ownName = agentName.optional().describe("yours in the session");
/** A title or name. */
export const title = requiredText(LIMITS.title);
/** A description; it may be empty. */
export const description = boundedText(LIMITS.description);
/** The updated_at that the caller read, for an edit that must not overwrite another one. */
export const ifUpdatedAt = z.iso.datetime({ offset: true }).optional().describe("the updated_at you read");
/** What was done in a session. */
export const summary = requiredText(LIMITS.summary);
/** What the next agent must know; it may be empty. */
export const handoffNotes = boundedText(LIMITS.handoffNotes);
/** How many rows a page has at most. */
export const limit = z.int().min(1).max(PAGE.max).default(PAGE.default);
/** Where a page begins: a `next_cursor` that the same list gave out. */
export const cursor = z.string().min(1).max(2_000).optional().describe("a next_cursor");

/** Arguments that every writing tool takes besides its own: a repeated call under one key has one effect. */
export function writeInput<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject({ ...shape, idempotency_key: idempotencyKey });
}

const idempotencyKey = requiredText(LIMITS.id).optional();

/**
 * Free-form data as JSON, within the limits of docs/contracts.md 1; checked on the raw value, which is stored verbatim.
 */
export const metadata = z
  .custom<Metadata>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  )
  .superRefine((value, context) => {
    const fault = metadataFault(value) ?? (jsonBytes(value) > LIMITS.metadata ? "is larger than 32 KB of JSON" : null);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  })
  .meta({ type: "object" });

/** A label of a task, without white space around it. */
export const taskLabel = z
  .string()
  .overwrite((value) => value.trim())
  .min(1)
  .max(LIMITS.label)
  .refine(wellFormed, "must be valid Unicode");
/** The labels of a task, each once, in the order given. */
export const labels = z
  .array(taskLabel)
  .overwrite((list) => [...new Set(list)])
  .max(LIMITS.labels);

const dateOrTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
const isDateOrTime = (value: string) => dateOrTime.safeParse(value).success && isStorableTime(new Date(value));
/** A date, which is its beginning in UTC, or a time with a zone; as ISO 8601 UTC. */
export const dueTime = z
  .string()
  .refine(isDateOrTime, { error: "must be a date (YYYY-MM-DD) or an ISO 8601 time with a zone", abort: true })
  .overwrite((value) => new Date(value).toISOString());

/** Where a task came from; published without its parts, which cost more than they help. */
export const externalRef = z
  .custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "must be an object")
  .meta({ type: "object", description: "{source, id, url?, batch?}" })
  .pipe(
    z.strictObject({
      source: requiredText(LIMITS.externalRef.source),
      // Many trackers number their records.
      id: z.preprocess(
        (value) => (typeof value === "number" ? String(value) : value),
        requiredText(LIMITS.externalRef.id),
      ),
      url: requiredText(LIMITS.externalRef.url).nullable().default(null),
      batch: requiredText(LIMITS.externalRef.batch).nullable().default(null),
    }),
  );

/** Parts of results. */
export const warnings = z.array(z.string());
/** A time in a result: ISO 8601 UTC, or null. */
export const isoTime = z.string().nullable();
/** A text in a result, or null. */
export const nullableText = z.string().nullable();
/** Free-form data in a result. */
export const freeForm = z.record(z.string(), z.unknown());
/** The cursor of the next page; null on the last one. */
export const nextCursor = z.string().nullable();

/** In the result of a list by offset: whether it has fewer rows than were asked for, and where it goes on. */
export const truncation = { truncated: z.literal(true).optional(), nextOffset: z.int().optional() };

/** A record as a row of a list: a field that may be null is left out instead, also in the objects among its fields. */
export function listRow<S extends z.ZodRawShape>(record: z.ZodObject<S>): z.ZodObject<ListShape<S>> {
  const fields = Object.entries(record.shape).map(([name, field]) => {
    if (!(field instanceof z.ZodNullable)) return [name, field];
    const value = field.unwrap();
    return [name, z.optional(value instanceof z.ZodObject ? listRow(value) : value)];
  });
  return z.object(Object.fromEntries(fields) as ListShape<S>);
}

type ListShape<S extends z.ZodRawShape> = {
  -readonly [K in keyof S]: S[K] extends z.ZodNullable<infer T> ? z.ZodOptional<ListValue<T>> : S[K];
};
type ListValue<T extends z.core.SomeType> = T extends z.ZodObject<infer S> ? z.ZodObject<ListShape<S>> : T;

/** A task without its long fields. */
export const taskRow = z.object({
  id: z.string(),
  project_id: z.string(),
  title: z.string(),
  status: z.string(),
  resolution: nullableText,
  priority: z.string(),
  assigned_agent: nullableText,
  parent_task_id: nullableText,
  depends_on: z.array(z.string()),
  labels: z.array(z.string()),
  due_at: isoTime,
  external_ref: z.object({ source: nullableText, id: nullableText, url: nullableText, batch: nullableText }).nullable(),
  riper_mode: nullableText,
  lease: z.object({ agent_name: z.string(), session_id: nullableText, expires_at: z.string() }).nullable(),
  created_at: isoTime,
  updated_at: isoTime,
  started_at: isoTime,
  completed_at: isoTime,
});

/** A task where it is only mentioned. */
export const brief = z.object({ id: z.string(), title: z.string(), status: z.string() });

/** A session in a list. */
export const sessionRow = z.object({
  id: z.string(),
  kind: z.string(),
  project_id: nullableText,
  agent_name: nullableText,
  session_type: z.string(),
  status: z.string(),
  stale: z.boolean(),
  shared: z.boolean(),
  title: nullableText,
  model: nullableText,
  story_id: nullableText,
  phase: nullableText,
  started_at: isoTime,
  last_seen_at: isoTime,
  ended_at: isoTime,
  progress_summary: nullableText,
  handoff_notes: nullableText,
  input_tokens: z.number(),
  output_tokens: z.number(),
  cached_tokens: z.number(),
  cost_usd: z.number().nullable(),
});

/** An entry of the activity log. */
export const activityRow = z.object({
  id: z.string(),
  project_id: nullableText,
  task_id: nullableText,
  session_id: nullableText,
  agent_name: z.string(),
  action: z.string(),
  details: nullableText,
  metadata: freeForm,
  call_id: nullableText,
  created_at: isoTime,
});

const recentEntry = activityRow.pick({
  id: true,
  action: true,
  agent_name: true,
  details: true,
  task_id: true,
  session_id: true,
  created_at: true,
});

const sessionNotes = z.object({
  id: z.string(),
  status: z.string(),
  progress_summary: nullableText,
  handoff_notes: nullableText,
  context_artifacts: freeForm,
  started_at: isoTime,
  ended_at: isoTime,
});

/** What an answer had no room for. */
export const omitted = z.array(
  z.object({ what: z.string(), count: z.int(), unit: z.enum(["rows", "characters"]), fetch: z.string() }),
);

/** A handoff (docs/contracts.md 3.2). */
export const handoff = z.object({
  project: z.object({ id: z.string(), name: z.string(), status: z.string(), description: nullableText }),
  last_session: sessionNotes.nullable(),
  last_handoff: sessionNotes.nullable(),
  salvaged: z
    .object({
      session_id: z.string(),
      tasks_touched: z.array(z.object({ id: z.string(), title: nullableText, status: nullableText })),
      tasks_in_progress: z.array(z.string()),
      last_entries: z.array(recentEntry),
    })
    .optional(),
  active_tasks: z.array(
    taskRow.pick({
      id: true,
      title: true,
      status: true,
      priority: true,
      assigned_agent: true,
      riper_mode: true,
      depends_on: true,
    }),
  ),
  active_task_count: z.int(),
  recent_activity: z.array(recentEntry),
  omitted,
  since: z
    .object({
      time: z.string(),
      sessions_ended: z.int(),
      tasks_changed: z.int(),
      tasks_completed: z.array(z.object({ id: z.string(), title: z.string() })),
      entries: z.int(),
    })
    .optional(),
  warnings: warnings.optional(),
});
