/** How tokens are estimated without a tokenizer: so many bytes of JSON make one (docs/contracts.md 3.2). */
const BYTES_PER_TOKEN = 3;

/** The bytes of a value as JSON, in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** How many bytes of JSON fit into so many tokens. */
export function bytesOfTokens(tokens: number): number {
  return tokens * BYTES_PER_TOKEN;
}

/** How many whole tokens so many bytes of JSON take. */
export function tokensOfBytes(bytes: number): number {
  return Math.floor(bytes / BYTES_PER_TOKEN);
}

/** How many of the values, from the first, take at most so many bytes as elements of a JSON list. */
export function countInRoom(values: readonly unknown[], bytes: number): number {
  let room = bytes;
  const end = values.findIndex((value) => {
    room -= jsonBytes(value) + 1;
    return room < 0;
  });
  return end < 0 ? values.length : end;
}
