import { type handleBidiStreamingCall, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import type { ListenRequest, ListenResponse, StatusMessage, TargetMessage } from "../protocol/types.js";
import { bidirectional, type CallGuard } from "../service/calls.js";
import type { ServiceContext } from "../service/context.js";
import { coveredBy, sourceOf } from "../service/queries.js";
import type { MessageSink } from "../service/sink.js";
import { readClock, readTime } from "../storage/clock.js";
import { toStatusError } from "../storage/sqlite.js";
import type { ChangeFeed } from "./changes.js";
import { createTarget, type Moment, type Target } from "./target.js";

/**
 * Listen: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listen. Each target is answered
 * with ADD, its documents and CURRENT; from then on every change of the store is sent as what it means to the targets,
 * all of them at one moment, ended by a NO_CHANGE with the time of that moment.
 */
export function listenHandler(
  guard: CallGuard,
  context: ServiceContext,
  changes: ChangeFeed,
): handleBidiStreamingCall<ListenRequest, ListenResponse> {
  return bidirectional(guard, "Listen", (call, sink, fail) =>
    serve(call, createListener(context, sink), changes, fail),
  );
}

function serve(
  call: ServerDuplexStream<ListenRequest, ListenResponse>,
  listener: Listener,
  changes: ChangeFeed,
  fail: (error: unknown) => void,
): void {
  let work: Promise<void> = Promise.resolve();
  /** Steps run one after the other, so that messages of two of them never mix. */
  const next = (step: () => Promise<void>): void => {
    work = work.then(() => (call.cancelled ? undefined : step())).catch(stop);
  };
  let waiting = false;
  const unsubscribe = changes.subscribe({
    onChange() {
      if (waiting) return;
      waiting = true;
      next(() => {
        waiting = false;
        return listener.catchUp(false);
      });
    },
    onBeat: () => next(() => listener.catchUp(true)),
  });
  function stop(error?: unknown): void {
    unsubscribe();
    if (error !== undefined) fail(error);
  }

  call.on("data", (request: ListenRequest) => {
    const { addTarget, removeTarget } = request;
    if (addTarget) next(() => listener.add(addTarget));
    else if (removeTarget !== undefined) next(() => listener.remove(removeTarget));
  });
  call.on("end", () => {
    stop();
    call.end();
  });
  for (const event of ["cancelled", "error", "close"]) call.on(event, () => unsubscribe());
}

/** Failures that a client should meet by coming back. */
const PASSING: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
]);

interface Listener {
  add(message: TargetMessage): Promise<void>;
  remove(id: number): Promise<void>;
  /** Sends what has changed; with `always`, the time also when nothing has. */
  catchUp(always: boolean): Promise<void>;
}

function createListener(context: ServiceContext, sink: MessageSink<ListenResponse>): Listener {
  const targets = new Map<number, Target>();

  const send = async (messages: readonly ListenResponse[]): Promise<void> => {
    for (const message of messages) await sink.write(message);
  };
  /** Clients take this as: everything up to here belongs together. */
  const together = (moment: Moment): ListenResponse => ({
    targetChange: { targetChangeType: "NO_CHANGE", ...timeOf(moment) },
  });

  /** Ends targets with the reason. What may pass ends the stream instead, which clients open again. */
  const refuse = async (ids: readonly number[], raised: unknown): Promise<void> => {
    const error = toStatusError(raised);
    if (!(error instanceof StatusError) || PASSING.has(error.code)) throw raised;
    for (const id of ids) targets.delete(id);
    const cause: StatusMessage = { code: error.code, message: error.message };
    await send(ids.map((id) => ({ targetChange: { targetChangeType: "REMOVE", targetIds: [id], cause } })));
  };

  return {
    async add(message) {
      const id = message.targetId ?? 0;
      try {
        const target = await createTarget(message, (query) => coveredBy(context, query));
        targets.set(id, target);
        const messages = await atOneMoment(context, (moment) => {
          const first: ListenResponse[] = [{ targetChange: { targetChangeType: "ADD", targetIds: [id] } }];
          if (message.resumeToken?.length && !target.resume(moment, clockOf(message.resumeToken))) {
            // Deletions since then are not known any more: the client gets everything and forgets the rest.
            first.push({ targetChange: { targetChangeType: "RESET", targetIds: [id] } });
          }
          first.push(...target.update(moment));
          first.push({ targetChange: { targetChangeType: "CURRENT", targetIds: [id], ...timeOf(moment) } });
          for (const other of targets.values()) if (other !== target) first.push(...other.update(moment));
          return [...first, together(moment)];
        });
        await send(messages);
      } catch (error) {
        await refuse([id], error);
      }
    },
    async remove(id) {
      targets.delete(id);
      await sink.write({ targetChange: { targetChangeType: "REMOVE", targetIds: [id] } });
    },
    async catchUp(always) {
      if (targets.size === 0) return;
      try {
        const messages = await atOneMoment(context, (moment) => {
          const changed = [...targets.values()].flatMap((target) => [...target.update(moment)]);
          return changed.length > 0 || always ? [...changed, together(moment)] : [];
        });
        await send(messages);
      } catch (error) {
        await refuse([...targets.keys()], error);
      }
    },
  };
}

/** Collects messages first and sends them later, so that a slow client does not hold the snapshot. */
async function atOneMoment<T>(context: ServiceContext, collect: (moment: Moment) => T): Promise<T> {
  const snapshot = context.store.borrow();
  try {
    const { connection } = snapshot;
    const view = { connection, readTime: readTime(connection), transaction: undefined, began: undefined };
    const source = await sourceOf(context, view);
    return collect({ source, clock: readClock(connection), readTime: view.readTime });
  } finally {
    snapshot.release();
  }
}

/** The time of a moment, and the token by which a client comes back to it. */
function timeOf({ clock, readTime: time }: Moment): { resumeToken: Buffer; readTime: Moment["readTime"] } {
  const resumeToken = Buffer.alloc(8);
  resumeToken.writeBigUInt64BE(BigInt(clock));
  return { resumeToken, readTime: time };
}

/** The clock in a token; a token of another make counts as older than everything. */
function clockOf(token: Buffer): number {
  return token.length === 8 ? Number(token.readBigUInt64BE()) : -1;
}
