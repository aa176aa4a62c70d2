import { iso } from "../core/result.js";
import type { maskedSession, RowOf } from "../model/masked.js";
import type { Session } from "../model/session.js";

/** Token counts as the session tools name them. */
export interface TokenCounts {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  cachedTokens?: number | undefined;
}

/** What stands for a session that there is none of: the documents' `null`, as an object (docs/contracts.md 4). */
export interface NoSession {
  session: null;
  reason: string;
}

/** A session as the session tools show it (docs/contracts.md 4, Row): camelCase exists only here. */
export function contextRow(session: RowOf<typeof maskedSession.usage>) {
  return {
    sessionId: session.id,
    agentName: session.agent_name,
    storyId: session.story_id,
    phase: session.phase,
    inputTokens: session.input_tokens,
    outputTokens: session.output_tokens,
    cachedTokens: session.cached_tokens,
    startedAt: iso(session.started_at),
    endedAt: iso(session.ended_at),
    createdAt: iso(session.created_at),
    updatedAt: iso(session.updated_at),
  };
}

/** The counts that were given, by the names of the stored fields. */
export function tokenFields(
  tokens: TokenCounts,
): Partial<Pick<Session, "input_tokens" | "output_tokens" | "cached_tokens">> {
  return {
    ...(tokens.inputTokens === undefined ? {} : { input_tokens: tokens.inputTokens }),
    ...(tokens.outputTokens === undefined ? {} : { output_tokens: tokens.outputTokens }),
    ...(tokens.cachedTokens === undefined ? {} : { cached_tokens: tokens.cachedTokens }),
  };
}
