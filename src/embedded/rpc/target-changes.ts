import { status } from "@grpc/grpc-js";
import type { ListenResponse, StatusMessage } from "../encoding/messages.js";
import { StatusError } from "../errors.js";
import { toStatusError } from "../storage/sqlite.js";
import type { Target, WatchSnapshot } from "./watch-target.js";

/*
 * The messages that update the targets of one stream to a snapshot:
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#targetchange
 */

/** The targets of one stream by their ids. */
export type Targets = Map<number, Target>;

/** The first messages of a target; `since` is the clock that its client comes back from, undefined for a new one. */
export function addTargetMessages(
  target: Target,
  snapshot: WatchSnapshot,
  since: number | undefined,
): ListenResponse[] {
  const targetIds = [target.id];
  const { resumeToken, readTime } = snapshot;
  // Deletions since then are not known any more: the client gets everything and forgets the rest.
  const reset = since !== undefined && !target.resume(snapshot, since);
  return [
    { targetChange: { targetChangeType: "ADD", targetIds } },
    ...(reset ? [{ targetChange: { targetChangeType: "RESET", targetIds } } as const] : []),
    ...target.update(snapshot),
    { targetChange: { targetChangeType: "CURRENT", targetIds, resumeToken, readTime } },
  ];
}

/** Updates all targets to a snapshot. A target that fails is rejected alone; throws as `rejectTarget` does. */
export function updateAll(targets: Targets, snapshot: WatchSnapshot): ListenResponse[] {
  return [...targets.values()].flatMap((target) => {
    try {
      return [...target.update(snapshot)];
    } catch (error) {
      return rejectTarget(targets, target.id, error);
    }
  });
}

/** Ends a snapshot: clients apply everything up to here at once. */
export function snapshotBoundary({ resumeToken, readTime }: WatchSnapshot): ListenResponse {
  return { targetChange: { targetChangeType: "NO_CHANGE", resumeToken, readTime } };
}

/** Failures that a client should retry. */
const PASSING: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
]);

/** Removes a target with the cause. Throws transient failures and faults: they end the stream, which clients reopen. */
export function rejectTarget(targets: Targets, id: number, raised: unknown): ListenResponse {
  const error = toStatusError(raised);
  if (!(error instanceof StatusError) || PASSING.has(error.code)) throw raised;
  // A client gives up a target that ends in another way, and would never hear that the file can be read again.
  if (error.fault === "store_locked" || error.fault === "io_error")
    throw new StatusError(status.UNAVAILABLE, error.message, error.fault);
  targets.delete(id);
  const cause: StatusMessage = { code: error.code, message: error.message };
  return { targetChange: { targetChangeType: "REMOVE", targetIds: [id], cause } };
}
