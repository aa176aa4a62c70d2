/** How long something may take, and who may give it up before. */
export interface CallLimits {
  /** Milliseconds. */
  ms: number;
  /** Aborts when the client cancels. */
  cancelled: AbortSignal;
  /** The error that is thrown when the time is up. */
  onTimeout(): Error;
}

/**
 * Ends within the deadline, also when `work` never does: throws what `onTimeout` makes, or the client's reason for
 * cancelling. `work` gets a signal that aborts at either.
 */
export async function withinDeadline<T>(
  { ms, cancelled, onTimeout }: CallLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(onTimeout()), ms);
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
