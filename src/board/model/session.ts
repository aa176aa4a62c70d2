import { z } from "zod";
import { count, map, moment, type Stored, text } from "./fields.js";

/** A session as stored (contracts.md 1.1). `kind` says which door opened it; missing means `board`. */
export const sessionDocument = z.object({
  kind: z.string().default("board"),
  project_id: text,
  agent_name: text,
  session_type: z.string().default("solo"),
  status: z.string().default("active"),
  title: text,
  model: text,
  provider: text,
  story_id: text,
  phase: text,
  intent: text,
  started_at: moment,
  last_seen_at: moment,
  ended_at: moment,
  progress_summary: text,
  handoff_notes: text,
  context_artifacts: map,
  input_tokens: count,
  output_tokens: count,
  cached_tokens: count,
  cost_usd: z.number().nullable().default(null),
  turn_count: count,
  files_modified_count: count,
  tags: z
    .array(z.string())
    .nullable()
    .default(null)
    .transform((tags) => tags ?? []),
  metadata: map,
  created_at: moment,
  updated_at: moment,
});
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
