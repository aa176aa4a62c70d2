import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import type { ListenRequest, ListenResponse, TargetMessage } from "../encoding/messages.js";
import { readClock, readTimeAt } from "../storage/clock.js";
import { bidirectional, type CallGuard } from "./calls.js";
import type { ChangeFeed } from "./changes.js";
import type { ServiceContext } from "./context.js";
import { coveredBy, sourceOf } from "./queries.js";
import type { MessageSink } from "./sink.js";
import { createTarget, type Moment } from "./target.js";
import { begin, refuse, type Targets, together, updateAll } from "./targets.js";
import { createTokens, type Tokens } from "./tokens.js";

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
  const tokens = createTokens();
  return bidirectional(guard, "Listen", (call, sink, fail) =>
    serve(call, createListener(context, sink, tokens), changes, fail),
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

interface Listener {
  add(message: TargetMessage): Promise<void>;
  remove(id: number): Promise<void>;
  /** Sends what has changed; with `always`, the time also when nothing has. */
  catchUp(always: boolean): Promise<void>;
}

function createListener(context: ServiceContext, sink: MessageSink<ListenResponse>, tokens: Tokens): Listener {
  const targets: Targets = new Map();

  const send = async (messages: readonly ListenResponse[]): Promise<void> => {
    for (const message of messages) await sink.write(message);
  };

  return {
    async add(message) {
      const id = message.targetId ?? 0;
      try {
        const target = await createTarget(message, (query) => coveredBy(context, query));
        const messages = await atOneMoment(context, tokens, (moment) => {
          const first = begin(target, moment, tokens.since(message));
          targets.delete(id);
          const others = updateAll(targets, moment);
          targets.set(id, target);
          return [...first, ...others, together(moment)];
        });
        await send(messages);
      } catch (error) {
        await send([refuse(targets, id, error)]);
      }
    },
    async remove(id) {
      targets.delete(id);
      await sink.write({ targetChange: { targetChangeType: "REMOVE", targetIds: [id] } });
    },
    async catchUp(always) {
      if (targets.size === 0) return;
      try {
        const messages = await atOneMoment(context, tokens, (moment) => {
          const changed = updateAll(targets, moment);
          return changed.length > 0 || always ? [...changed, together(moment)] : [];
        });
        await send(messages);
      } catch (error) {
        await send([...targets.keys()].map((id) => refuse(targets, id, error)));
      }
    },
  };
}

/** Collects messages first and sends them later, so that a slow client does not hold the snapshot. */
async function atOneMoment<T>(context: ServiceContext, tokens: Tokens, collect: (moment: Moment) => T): Promise<T> {
  const snapshot = context.store.borrow();
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
