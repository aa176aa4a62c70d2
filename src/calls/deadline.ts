/** How long something may take, and who may give it up before. */
export interface Patience {
  /** Milliseconds. */
  ms: number;
  /** Aborts when the client cancels. */
  cancelled: AbortSignal;
  /** The error that a late end is told with. */
  late(): Error;
}

/**
 * Ends within the deadline, also when `work` never does: throws what `late` makes, or the client's reason for cancelling.
 * `work` hears of both through its signal.
 */
export async function withinDeadline<T>(
  { ms, cancelled, late }: Patience,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(late()), ms);
  const signal = AbortSignal.any([deadline.signal, cancelled]);
  try {
    return await Promise.race([work(signal), rejection(signal)]);
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  } finally {
    clearTimeout(timer);
    // Node keeps a signal of AbortSignal.any that is listened to, and the result with it, until it aborts.
    deadline.abort();
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
