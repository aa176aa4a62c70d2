/** Whether a call only reads, or also writes. */
export type Access = "reads" | "writes";

/** The calls of one connection that keep an order among each other. */
export interface CallOrder {
  /**
   * Runs `work` once every call that came before and writes has ended; what only reads waits for no other read, and
   * nothing waits for it. The order is that in which this is called. Rejects with the reason of `signal` when that
   * aborts before its turn has come: `work` is then never begun.
   */
  inTurn<T>(access: Access, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/**
 * How long the calls behind a write that was given up (its deadline, or the client cancelled) wait for its commit, which
 * may be under way, in milliseconds. Longer than the times at which calls sent together end can lie apart: those behind
 * a write that never ends are refused, not begun with no time left.
 */
const GIVEN_UP_MS = 2_000;

/** An order in which nothing runs yet. */
export function createCallOrder(givenUpMs = GIVEN_UP_MS): CallOrder {
  /** In the order of arrival; empty unless a write is running. */
  const waiting = new Set<{ access: Access; begin(): void }>();
  let writing = false;

  function startNext(): void {
    for (const call of waiting) {
      if (writing) return;
      waiting.delete(call);
      writing = call.access === "writes";
      call.begin();
    }
  }

  async function turn(access: Access, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!writing) writing = access === "writes";
    else
      await new Promise<void>((begin, reject) => {
        const call = { access, begin };
        waiting.add(call);
        signal.addEventListener("abort", () => waiting.delete(call) && reject(signal.reason), { once: true });
      });
  }

  /** Gives the function that ends the running write; it ends by itself some time after `signal` aborts. */
  function endOfWrite(signal: AbortSignal): () => void {
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      writing = false;
      startNext();
    };
    const giveUp = () => {
      if (!ended) timer = setTimeout(end, givenUpMs).unref();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    return end;
  }

  return {
    async inTurn(access, signal, work) {
      await turn(access, signal);
      const end = access === "writes" ? endOfWrite(signal) : undefined;
      try {
        // It may have been cancelled in the moment when its turn came.
        signal.throwIfAborted();
        return await work();
      } finally {
        end?.();
      }
    },
  };
}
