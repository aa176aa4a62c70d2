import { IDS } from "../../firestore/masks.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { lookingTime } from "../core/looking-time.js";
import { documentPages } from "../core/paging.js";

/** The arguments of sessionCleanup; `retentionDays` is at least 1. */
export interface CleanUp {
  retentionDays: number;
  dryRun: boolean;
}

/** What a clean-up came to. */
export interface CleanedUp {
  /** Sessions moved; in a dry run, those that would be. */
  count: number;
  /** Old sessions that are still there; null when the store did not say. */
  remaining: number | null;
  dryRun: boolean;
  cutoffDate: string;
}

/** Sessions that are moved at the same time. */
const BATCH = 10;
/** A session's turns, and what each turn holds. */
const LEVELS = 2;

/** The moment before which a session must have ended to be old. */
export function cutoffDate({ retentionDays }: CleanUp, now: Date): Date {
  return new Date(now.getTime() - retentionDays * 24 * 60 * 60_000);
}

/**
 * Moves context sessions that ended before the cutoff, with their turns, to `sessions_archive` (docs/contracts.md 4,
 * sessionCleanup), in batches, until none is left or two thirds of the call's time have gone: the rest is for the last
 * commits. May be cut short or killed at any point and called again; several may run at once. Progress after each
 * batch.
 */
export async function cleanUpSessions(call: Call, args: CleanUp): Promise<CleanedUp> {
  const began = call.now();
  const cutoff = cutoffDate(args, began);
  const goOn = lookingTime(call);
  const values = { kind: "context", ended_at: cutoff };
  const total = await call.store.query("sessionsEndedBefore", { values, limit: "all" }).count();
  const result = { remaining: total, dryRun: args.dryRun, cutoffDate: cutoff.toISOString() };
  if (args.dryRun) return { count: total, ...result };

  let count = 0;
  for await (const docs of documentPages(call, "sessionsEndedBefore", values, { mask: IDS, size: BATCH })) {
    const moved = (await Promise.all(docs.map(({ id }) => archive(call, id, cutoff, goOn)))).filter(Boolean).length;
    count += moved;
    // Progress must grow with each notification (MCP specification, Progress).
    if (moved > 0) call.progress(count, Math.max(total, count));
    if (!goOn()) break;
  }
  return { ...result, count, remaining: Math.max(0, total - count) };
}

function archive(call: Call, id: string, cutoff: Date, goOn: () => boolean): Promise<boolean> {
  const { store, signal } = call;
  return store.moveDocument({
    from: store.ref("sessions", id),
    to: store.ref("sessions_archive", id),
    levels: LEVELS,
    mayMove: (session) => isOld(session, cutoff),
    goOn,
    signal,
  });
}

/** Decided on the fields alone: a session with a field of a wrong type elsewhere is moved like any other. */
function isOld(session: Snapshot, cutoff: Date): boolean {
  const ended = (session.get("ended_at") as { toDate?(): Date } | null | undefined)?.toDate?.();
  const status: unknown = session.get("status") ?? "active";
  return session.get("kind") === "context" && status !== "active" && ended !== undefined && ended < cutoff;
}
