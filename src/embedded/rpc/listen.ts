import type { handleBidiStreamingCall } from "@grpc/grpc-js";
import type { ListenRequest, ListenResponse, TargetMessage } from "../encoding/messages.js";
import { readClock, readTimeAt } from "../storage/clock.js";
import type { MessageSink } from "./backpressure.js";
import type { ChangeFeed } from "./change-feed.js";
import type { ServiceContext } from "./context.js";
import { bidirectional, type CallGuard, type OpenCall } from "./handler-wrappers.js";
import { createResumeTokens, type ResumeTokens } from "./resume-tokens.js";
import { coveredBy, sourceOf } from "./run-queries.js";
import type { Received } from "./service-definition.js";
import { addTargetMessages, rejectTarget, snapshotBoundary, type Targets, updateAll } from "./target-changes.js";
import { createTarget, type WatchSnapshot } from "./watch-target.js";

/**
 * Listen: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listen. Each target is answered
 * with ADD, its documents and CURRENT; from then on every change of the store is sent as what it means to the targets,
 * all of them at one snapshot, ended by a NO_CHANGE with the time of that snapshot.
 */
export function listenHandler(
  guard: CallGuard,
  context: ServiceContext,
  changes: ChangeFeed,
): handleBidiStreamingCall<ListenRequest & Received, ListenResponse> {
  const tokens = createResumeTokens();
  return bidirectional(guard, (open) => serve(open, createListener(context, open.sink, tokens), changes));
}

function serve(
  { call, fail, onRequests }: OpenCall<ListenRequest & Received, ListenResponse>,
  listener: Listener,
  changes: ChangeFeed,
): void {
  let work: Promise<void> = Promise.resolve();
  /** Steps run one after the other, so that messages of two of them never mix. */
  const next = (step: () => Promise<void>): Promise<void> => {
    work = work.then(() => (call.cancelled ? undefined : step())).catch(stop);
    return work;
  };
  let waiting = false;
  const unsubscribe = changes.subscribe({
    onChange() {
      if (waiting) return;
      waiting = true;
      void next(() => {
        waiting = false;
        return listener.catchUp(false);
      });
    },
    onBeat: () => void next(() => listener.catchUp(true)),
  });
  function stop(error?: unknown): void {
    unsubscribe();
    if (error !== undefined) fail(error);
  }

  const answer = async ({ addTarget, removeTarget }: ListenRequest): Promise<void> => {
    if (addTarget) await next(() => listener.add(addTarget));
    else if (removeTarget !== undefined) await next(() => listener.remove(removeTarget));
  };
  onRequests(answer, () => {
    stop();
    call.end();
  });
  for (const event of ["cancelled", "error", "close"]) call.on(event, () => unsubscribe());
}

interface Listener {
  add(message: TargetMessage): Promise<void>;
  remove(id: number): Promise<void>;
  /** Sends what has changed; with `always`, the time also when nothing has. */
  catchUp(always: boolean): Promise<void>;
}

function createListener(context: ServiceContext, sink: MessageSink<ListenResponse>, tokens: ResumeTokens): Listener {
  const targets: Targets = new Map();

  const send = async (messages: readonly ListenResponse[]): Promise<void> => {
    for (const message of messages) await sink.write(message);
  };

  return {
    async add(message) {
      const id = message.targetId ?? 0;
      try {
        const target = await createTarget(message, (query) => coveredBy(context, query));
        const messages = await inOneSnapshot(context, tokens, (snapshot) => {
          const first = addTargetMessages(target, snapshot, tokens.since(message));
          targets.delete(id);
          const others = updateAll(targets, snapshot);
          targets.set(id, target);
          return [...first, ...others, snapshotBoundary(snapshot)];
        });
        await send(messages);
      } catch (error) {
        await send([rejectTarget(targets, id, error)]);
      }
    },
    async remove(id) {
      targets.delete(id);
      await sink.write({ targetChange: { targetChangeType: "REMOVE", targetIds: [id] } });
    },
    async catchUp(always) {
      if (targets.size === 0) return;
      try {
        const messages = await inOneSnapshot(context, tokens, (snapshot) => {
          const changed = updateAll(targets, snapshot);
          return changed.length > 0 || always ? [...changed, snapshotBoundary(snapshot)] : [];
        });
        await send(messages);
      } catch (error) {
        await send([...targets.keys()].map((id) => rejectTarget(targets, id, error)));
      }
    },
  };
}

/** Collects messages first and sends them later, so that a slow client does not hold the snapshot. */
async function inOneSnapshot<T>(
  context: ServiceContext,
  tokens: ResumeTokens,
  collect: (snapshot: WatchSnapshot) => T,
): Promise<T> {
  const snapshot = await context.store.whenReadable();
  try {
    const { connection } = snapshot;
    const clock = readClock(connection);
    const readTime = readTimeAt(clock);
    const source = await sourceOf(context, { connection, readTime, transaction: undefined, began: undefined });
    return collect({ source, clock, readTime, resumeToken: tokens.at(clock) });
  } finally {
    snapshot.release();
  }
}
