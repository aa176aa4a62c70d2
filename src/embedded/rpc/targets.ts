import { status } from "@grpc/grpc-js";
import type { ListenResponse, StatusMessage } from "../encoding/messages.js";
import { StatusError } from "../errors.js";
import { toStatusError } from "../storage/sqlite.js";
import type { Moment, Target } from "./target.js";

/*
 * What a moment means to the targets of one stream:
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#targetchange
 */

/** The targets of one stream by their ids. */
export type Targets = Map<number, Target>;

/** The first messages of a target; `since` is the clock that its client comes back from, undefined for a new one. */
export function begin(target: Target, moment: Moment, since: number | undefined): ListenResponse[] {
  const targetIds = [target.id];
  const { resumeToken, readTime } = moment;
  // Deletions since then are not known any more: the client gets everything and forgets the rest.
  const reset = since !== undefined && !target.resume(moment, since);
  return [
    { targetChange: { targetChangeType: "ADD", targetIds } },
    ...(reset ? [{ targetChange: { targetChangeType: "RESET", targetIds } } as const] : []),
    ...target.update(moment),
    { targetChange: { targetChangeType: "CURRENT", targetIds, resumeToken, readTime } },
  ];
}

/** Brings all targets up to a moment. One that fails takes only itself along; throws as `refuse` does. */
export function updateAll(targets: Targets, moment: Moment): ListenResponse[] {
  return [...targets.values()].flatMap((target) => {
    try {
      return [...target.update(moment)];
    } catch (error) {
      return refuse(targets, target.id, error);
    }
  });
}

/** Clients take this as: everything up to here belongs together. */
export function together({ resumeToken, readTime }: Moment): ListenResponse {
  return { targetChange: { targetChangeType: "NO_CHANGE", resumeToken, readTime } };
}

/** Failures that a client should meet by coming back. */
const PASSING: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
]);

/** Ends a target with the reason. Throws what may pass, and faults: they end the stream, which clients open again. */
export function refuse(targets: Targets, id: number, raised: unknown): ListenResponse {
  const error = toStatusError(raised);
  if (!(error instanceof StatusError) || PASSING.has(error.code)) throw raised;
  targets.delete(id);
  const cause: StatusMessage = { code: error.code, message: error.message };
  return { targetChange: { targetChangeType: "REMOVE", targetIds: [id], cause } };
}
