const NEWLINE = 0x0a;

/** A line that was longer than allowed: its bytes were dropped as they came. */
export const TOO_LONG = Symbol("too long");

/**
 * Makes a function that takes the next bytes of a stream and gives the lines that end in them, without their ends. Of a
 * line that grows longer than `maxBytes` nothing is kept: it is told as TOO_LONG once, as soon as that is known. What
 * comes after the last newline waits for more.
 */
export function lineSplitter(maxBytes: number): (chunk: Buffer) => Generator<string | typeof TOO_LONG> {
  let parts: Buffer[] = [];
  let length = 0;
  let dropping = false;
  return function* split(chunk) {
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, newline < 0 ? chunk.length : newline);
      parts.push(part);
      length += part.length;
      if (dropping) parts = [];
      else if (length > maxBytes) {
        dropping = true;
        parts = [];
        yield TOO_LONG;
      }
      if (newline < 0) return;
      if (!dropping) yield Buffer.concat(parts).toString();
      parts = [];
      length = 0;
      dropping = false;
      from = newline + 1;
    }
  };
}
