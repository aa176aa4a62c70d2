/** Milliseconds within which a store that is ready answers. */
const WITHIN_MS = 2_000;
/** Milliseconds for which an answer is kept, so that probes cost the store little. */
const KEPT_MS = 5_000;

/** Gives a function that says whether the store answers a read; it is asked at most once in five seconds. */
export function createReadiness(read: () => Promise<unknown>, now: () => Date): () => Promise<boolean> {
  let asked: { at: number; answer: Promise<boolean> } | undefined;
  return () => {
    const at = now().getTime();
    if (!asked || at - asked.at >= KEPT_MS || at < asked.at) asked = { at, answer: answers(read) };
    return asked.answer;
  };
}

async function answers(read: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), WITHIN_MS);
  });
  // Why a store does not answer, the calls say and log.
  const found = read().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}
