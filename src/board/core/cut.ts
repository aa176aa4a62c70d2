import { jsonBytes } from "./tokens.js";

/** What stands where a text was cut. */
export const CUT = "…[cut]";

/** The beginning of a text that, with a mark after it, takes at most `bytes` as JSON; the text itself when it fits. */
export function cutText(value: string, bytes: number): string {
  if (jsonBytes(value) <= bytes) return value;
  const room = bytes - jsonBytes(CUT);
  let used = 0;
  let kept = "";
  // By code point, so that no surrogate pair is torn.
  for (const character of value) {
    used += jsonBytes(character) - 2;
    if (used > room) break;
    kept += character;
  }
  return kept + CUT;
}

/**
 * As many of an object's values as fit into `bytes` of JSON: texts and lists are shortened, others kept or left out.
 */
export function cutValues(value: Record<string, unknown>, bytes: number): Record<string, unknown> {
  if (jsonBytes(value) <= bytes) return value;
  const kept: [key: string, value: unknown][] = [];
  let room = bytes - 2;
  for (const [key, item] of Object.entries(value)) {
    room -= jsonBytes(key) + 2;
    const short = shorten(item, room);
    if (room < 4 || short === undefined) break;
    kept.push([key, short]);
    room -= jsonBytes(short);
  }
  // An assignment would take a key `__proto__` for the prototype.
  return Object.fromEntries(kept);
}

function shorten(item: unknown, bytes: number): unknown {
  if (jsonBytes(item) <= bytes) return item;
  if (typeof item === "string") return bytes > jsonBytes(CUT) ? cutText(item, bytes) : undefined;
  if (!Array.isArray(item)) return undefined;
  let room = bytes - 2;
  const end = item.findIndex((element) => {
    room -= jsonBytes(element) + 1;
    return room < 0;
  });
  return end > 0 ? item.slice(0, end) : undefined;
}
