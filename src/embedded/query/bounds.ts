import { prefixEnd } from "../encoding/byte-writer.js";
import { isNameField } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import { encodeValue } from "../encoding/ordered-encoding.js";
import { parseDocumentName } from "../encoding/resource-path.js";
import { inDirection } from "../index/index-entries.js";
import type { Interval } from "./intervals.js";
import type { Bound, OrderBy, ParsedQuery } from "./parsed-query.js";
import { equalityKey } from "./planner.js";
import { encodeName } from "./scope.js";

/**
 * The part of a conjunction's entries that lies between the query's cursors; empty or with one interval.
 * https://firebase.google.com/docs/firestore/query-data/query-cursors
 */
export function boundsInterval(query: ParsedQuery, equalityValues: ReadonlyMap<string, Buffer>): Interval[] {
  const start = query.start ? place(query, query.start, equalityValues) : undefined;
  const end = query.end ? place(query, query.end, equalityValues) : undefined;
  if (start?.entries === "before" || end?.entries === "after") return [];
  const low = start?.entries === "around" ? (start.before ? start.at : prefixEnd(start.at)) : Buffer.alloc(0);
  const high = end?.entries === "around" ? (end.before ? end.at : prefixEnd(end.at)) : undefined;
  // A prefix without an end has nothing after it.
  return low === undefined ? [] : [{ low, high }];
}

/** Where a cursor falls: all entries before it, all after it, or it falls among them, before or after `at`. */
type Place = { entries: "before" | "after" } | { entries: "around"; at: Buffer; before: boolean };

function place(query: ParsedQuery, cursor: Bound, equalityValues: ReadonlyMap<string, Buffer>): Place {
  const parts: Buffer[] = [];
  for (const [index, value] of cursor.values.entries()) {
    const order = query.orderBys[index];
    if (!order) break;
    const part = encodePart(query, order, value);
    const equalityValue = equalityValues.get(equalityKey(order.field, "asc"));
    if (!equalityValue) {
      parts.push(part);
      if (isNameField(order.path)) break;
      continue;
    }
    const difference = Buffer.compare(inDirection(equalityValue, order.direction), part);
    // The value of an equality filter decides for all entries that agree with the cursor so far.
    if (difference !== 0 && parts.length === 0) return { entries: difference < 0 ? "before" : "after" };
    if (difference !== 0) return { entries: "around", at: Buffer.concat(parts), before: difference > 0 };
  }
  // A cursor that agrees with every equality filter and names nothing else is before or after all entries.
  if (parts.length === 0) return { entries: cursor.before ? "after" : "before" };
  return { entries: "around", at: Buffer.concat(parts), before: cursor.before };
}

function encodePart(query: ParsedQuery, order: OrderBy, value: Value): Buffer {
  if (!isNameField(order.path)) return inDirection(encodeValue(value), order.direction);
  const name = value.valueType === "referenceValue" ? value.referenceValue : "";
  return inDirection(encodeName(query, parseDocumentName(name)), order.direction);
}
