import { z } from "zod";
import { counter, freeFormMap, optionalText, optionalTimestamp, type Stored } from "./fields.js";

/** A session as stored (docs/contracts.md 1.1). `kind` is the toolset that opened it; missing means `board`. */
export const sessionDocument = z.object({
  kind: z.string().default("board"),
  project_id: optionalText,
  agent_name: optionalText,
  session_type: z.string().default("solo"),
  status: z.string().default("active"),
  title: optionalText,
  model: optionalText,
  provider: optionalText,
  story_id: optionalText,
  phase: optionalText,
  intent: optionalText,
  started_at: optionalTimestamp,
  last_seen_at: optionalTimestamp,
  /** The connection that opened it; null when none is known. */
  holder: optionalText,
  /** When its creator ended its own part. */
  creator_ended_at: optionalTimestamp,
  /** When somebody else first took part; null of an agent alone, whose session has no participants to be read. */
  shared_since: optionalTimestamp,
  ended_at: optionalTimestamp,
  progress_summary: optionalText,
  handoff_notes: optionalText,
  context_artifacts: freeFormMap,
  input_tokens: counter,
  output_tokens: counter,
  cached_tokens: counter,
  cost_usd: z.number().nullable().default(null),
  turn_count: counter,
  files_modified_count: counter,
  tags: z
    .array(z.string())
    .nullable()
    .default(null)
    .transform((tags) => tags ?? []),
  metadata: freeFormMap,
  created_at: optionalTimestamp,
  updated_at: optionalTimestamp,
});
/** A session with its id. */
export type Session = Stored<z.output<typeof sessionDocument>>;

/** The fields of a session that has just been opened; every optional field is null, never missing. */
export function newSession(
  now: Date,
  given: Pick<Session, "kind"> & Partial<Omit<Session, "id">>,
): Omit<Session, "id"> {
  return {
    project_id: null,
    agent_name: null,
    session_type: "solo",
    status: "active",
    title: null,
    model: null,
    provider: null,
    story_id: null,
    phase: null,
    intent: null,
    started_at: now,
    last_seen_at: now,
    holder: null,
    creator_ended_at: null,
    shared_since: null,
    ended_at: null,
    progress_summary: null,
    handoff_notes: null,
    context_artifacts: {},
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cost_usd: null,
    turn_count: 0,
    files_modified_count: 0,
    tags: [],
    metadata: {},
    created_at: now,
    updated_at: now,
    ...given,
  };
}
