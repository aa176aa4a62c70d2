import { inverted, prefixEnd } from "../encoding/byte-writer.js";
import type { Value } from "../encoding/messages.js";
import { encodeValue, Tag } from "../encoding/ordered-encoding.js";
import { arrayElements, type FieldFilter, isNaNValue, type Operator } from "./parsed-query.js";

/** Encoded values from `low` up to, not including, `high`; without `high` there is no upper end. */
export interface Interval {
  low: Buffer;
  high: Buffer | undefined;
}

/** The interval of all values. */
export const UNBOUNDED: readonly Interval[] = [{ low: Buffer.alloc(0), high: undefined }];

/** Everything that starts with `prefix`. */
function prefixInterval(prefix: Buffer): Interval {
  return { low: prefix, high: prefixEnd(prefix) };
}

/** What both lists of intervals hold; both and the result are in order and free of overlap. */
export function intersect(left: readonly Interval[], right: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const a of left) {
    for (const b of right) {
      const low = Buffer.compare(a.low, b.low) >= 0 ? a.low : b.low;
      const high = a.high && b.high ? (Buffer.compare(a.high, b.high) <= 0 ? a.high : b.high) : (a.high ?? b.high);
      if (!high || Buffer.compare(low, high) < 0) result.push({ low, high });
    }
  }
  return result;
}

/** The same encodings with all bits inverted, in their new order. */
export function invertIntervals(intervals: readonly Interval[]): Interval[] {
  return intervals.toReversed().map(({ low, high }) => ({
    low: (high && prefixEnd(inverted(high))) ?? Buffer.alloc(0),
    high: prefixEnd(inverted(low)),
  }));
}

/** Whether an encoded value is in one of the intervals. */
export function containsPart(intervals: readonly Interval[], part: Uint8Array): boolean {
  return intervals.some(({ low, high }) => Buffer.compare(part, low) >= 0 && (!high || Buffer.compare(part, high) < 0));
}

/**
 * The encoded values that satisfy filters on one field. Ranges hold values of their own type only; != and not-in skip
 * null, and missing fields are in no index at all.
 * https://firebase.google.com/docs/firestore/query-data/queries#not_equal_
 */
export function valueIntervals(filters: readonly FieldFilter[]): Interval[] {
  return filters.map(ofFilter).reduce<Interval[]>(intersect, [...UNBOUNDED]);
}

/** The names that satisfy filters on `__name__`, with names encoded by `encode`. */
export function nameIntervals(filters: readonly FieldFilter[], encode: (name: string) => Buffer): Interval[] {
  const encodeName = (value: Value): Buffer => encode(value.valueType === "referenceValue" ? value.referenceValue : "");
  return filters
    .map(({ op, value }) => {
      if (op === "NOT_IN")
        return arrayElements(value)
          .map((one) => allExcept(encodeName(one)))
          .reduce<Interval[]>(intersect, [...UNBOUNDED]);
      if (op === "NOT_EQUAL") return allExcept(encodeName(value));
      return [compared(op, encodeName(value), { low: Buffer.alloc(0), high: undefined })];
    })
    .reduce<Interval[]>(intersect, [...UNBOUNDED]);
}

const AFTER_NULL: Interval = { low: Buffer.from([Tag.null + 1]), high: undefined };

function ofFilter({ op, value, unary }: FieldFilter): Interval[] {
  if (op === "NOT_IN") return ofNone(arrayElements(value));
  if (op === "NOT_EQUAL") return unary ? intersect([AFTER_NULL], allExcept(encodeValue(value))) : ofNone([value]);
  const part = encodeValue(value);
  return intersect([compared(op, part, typeInterval(part))], UNBOUNDED);
}

/** Everything that differs from all values, as everything does from NaN. */
function ofNone(values: readonly Value[]): Interval[] {
  const comparable = values.filter((one) => !isNaNValue(one));
  return comparable.map((one) => allExcept(encodeValue(one))).reduce<Interval[]>(intersect, [AFTER_NULL]);
}

function compared(op: Operator, part: Buffer, type: Interval): Interval {
  const end = prefixEnd(part);
  switch (op) {
    case "LESS_THAN":
      return { low: type.low, high: part };
    case "LESS_THAN_OR_EQUAL":
      return { low: type.low, high: end };
    case "GREATER_THAN":
      return { low: end ?? part, high: type.high };
    case "GREATER_THAN_OR_EQUAL":
      return { low: part, high: type.high };
    default:
      return { low: part, high: end };
  }
}

function allExcept(part: Buffer): Interval[] {
  const below = { low: Buffer.alloc(0), high: part };
  const end = prefixEnd(part);
  return end ? [below, { low: end, high: undefined }] : [below];
}

/** All encodings of the value's own type. */
function typeInterval(part: Buffer): Interval {
  const tag = part[0] ?? 0;
  if (tag === Tag.false || tag === Tag.true)
    return { low: Buffer.from([Tag.false]), high: Buffer.from([Tag.true + 1]) };
  return prefixInterval(Buffer.from([tag]));
}
