import type { maskedSession, RowOf } from "../model/masked.js";

/** A Date as the turn log tells it: ISO 8601 UTC to the second. */
export function second(date: Date): string;
export function second(date: Date | null): string | null;
export function second(date: Date | null): string | null {
  return date === null ? null : date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** A session as queryHistory lists it (docs/contracts.md 5). */
export function historyRow(session: RowOf<typeof maskedSession.history>) {
  return {
    agent: session.agent_name,
    sessionId: session.id,
    title: session.title,
    model: session.model ?? "unknown",
    started: second(session.started_at),
    lastUpdated: second(session.updated_at),
    status: session.status === "active" ? ("in_progress" as const) : ("completed" as const),
    turnCount: session.turn_count,
    filesModifiedCount: session.files_modified_count,
    tags: session.tags,
  };
}
