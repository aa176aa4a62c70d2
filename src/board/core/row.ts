import type { AnswerSize } from "./answer-size.js";
import { CUT, cutText } from "./cut.js";
import { bytesOfTokens, countInRoom, jsonBytes } from "./tokens.js";

/** A row of a list without its fields that are null. */
export type WithoutNulls<T extends object> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** The fields of a row that are not null. */
export function withoutNulls<T extends object>(row: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => (value ?? null) !== null)) as WithoutNulls<T>;
}

/**
 * A row as a list shows it: without its nulls, with texts cut at `textCharacters`, and its lists and free-form data,
 * the largest first, cut to `rowTokens`. Only a row that still takes more than `bytes` of JSON, at least 12,000, loses
 * more of any field but its id. What was cut bears CUT: at the end of a text, in the last element of a list with the
 * number of those left out, as the name of such a number in an object. Pure.
 */
export function cutRow<T extends object>(row: T, limits: Omit<AnswerSize, "tokens">, bytes: number): WithoutNulls<T> {
  const whole = Object.entries(withoutNulls(row)).map<Field>(([name, value]) => [
    name,
    name === "id" ? value : cutTexts(value, limits.textCharacters),
  ]);
  const fields = level(
    whole,
    ([, value]) => typeof value === "object",
    () => bytesOfTokens(limits.rowTokens),
  );
  const cut = level(
    fields,
    ([name]) => name !== "id",
    (size) => size + bytes - jsonBytes(Object.fromEntries(fields)),
  );
  return Object.fromEntries(cut) as WithoutNulls<T>;
}

type Field = [name: string, value: unknown];

/** Fields of at most this many bytes are never shortened: a lease keeps its form. */
const SMALL = 1_000;

/** Fields of which those that may be are shortened, the largest to one size, to what `room` says of their size. */
function level(fields: Field[], mayShorten: (field: Field) => boolean, room: (size: number) => number): Field[] {
  const sizes = fields.filter(mayShorten).map(([, value]) => jsonBytes(value));
  const size = sum(sizes);
  const total = room(size);
  if (size <= total) return fields;
  const most = Math.max(SMALL, levelOf(sizes, total));
  return fields.map((field) => (mayShorten(field) ? [field[0], shortened(field[1], most)] : field));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The size to which the largest of the sizes must come down for all to sum up to `total`; at least 0. */
export function levelOf(sizes: readonly number[], total: number): number {
  let left = total;
  for (const [at, size] of [...sizes].sort((a, b) => a - b).entries()) {
    const share = left / (sizes.length - at);
    if (size > share) return Math.max(0, Math.floor(share));
    left -= size;
  }
  return total;
}

/** The bytes of the largest mark: of a number of elements or values that were left out. */
const MARK_BYTES = jsonBytes({ [CUT]: 1_000_000 });

/** As much of a value as fits into `bytes`, with a mark of what is missing; the mark alone may take more. */
function shortened(value: unknown, bytes: number): unknown {
  if (typeof value === "string") return cutText(value, bytes);
  if (typeof value !== "object" || value === null || jsonBytes(value) <= bytes) return value;
  return Array.isArray(value) ? shortenedList(value, bytes) : shortenedObject(value, bytes);
}

function shortenedList(list: readonly unknown[], bytes: number): unknown[] {
  const end = countInRoom(list, bytes - MARK_BYTES);
  return [...list.slice(0, end), `${CUT} ${list.length - end}`];
}

function shortenedObject(value: object, bytes: number): object {
  const kept: Field[] = [];
  let room = bytes - MARK_BYTES;
  let missing = 0;
  for (const [name, item] of Object.entries(value)) {
    const field: Field = [name, shortened(item, room - jsonBytes(name) - 2)];
    const size = jsonBytes(Object.fromEntries([field]));
    if (size > room) missing += 1;
    else {
      kept.push(field);
      room -= size;
    }
  }
  return Object.fromEntries(missing > 0 ? [...kept, [CUT, missing]] : kept);
}

/** A value with each text in it cut at so many characters. */
function cutTexts(value: unknown, characters: number): unknown {
  if (typeof value === "string") return cutCharacters(value, characters);
  if (Array.isArray(value)) return value.map((element) => cutTexts(element, characters));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutTexts(item, characters)]));
}

/**
 * How many code units the longest character has that is kept whole: a family of emoji has 25, a pile of accents more.
 */
const LONGEST_CHARACTER = 64;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The beginning of a text of more than `characters` UTF-16 units, with CUT after it; it ends between two graphemes. */
export function cutCharacters(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const start = Math.max(0, characters - LONGEST_CHARACTER);
  const around = text.slice(start, characters + LONGEST_CHARACTER);
  const end = start + (graphemes.segment(around).containing(characters - start)?.index ?? 0);
  // Within a pile of accents, at least between two code points.
  const isTorn = /[\uD800-\uDBFF]$/.test(text.slice(0, characters));
  return text.slice(0, end > start ? end : characters - (isTorn ? 1 : 0)) + CUT;
}
