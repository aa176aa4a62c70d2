import { Refusal } from "./refusal.js";

/** Bytes that the body of a request may have. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Bytes of a body that is too large which are still taken and dropped: a client that is answered while it sends may only
 * see that the connection was lost.
 */
const MOST_DROPPED = 4 * MOST_BYTES;

/**
 * The body of a request as text. Throws Refusal when it has more than 4 MiB (413), ends before its end, or is no UTF-8
 * (400).
 */
export async function readBody({ body }: Request): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = body?.getReader();
  let text = "";
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw new Refusal(400, "incomplete", "The body did not arrive in full, or not in time.");
    });
    if (done) break;
    bytes += value.length;
    if (bytes > MOST_DROPPED) break;
    if (bytes <= MOST_BYTES) text += decoded(() => decoder.decode(value, { stream: true }));
  }
  if (bytes > MOST_BYTES) throw new Refusal(413, "too_large", `A message has at most ${MOST_BYTES} bytes.`);
  return text + decoded(() => decoder.decode());
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new Refusal(400, "not_utf8", "The body is not UTF-8.");
  }
}
