import { prefixEnd } from "../encoding/bytes.js";
import { isNameField } from "../encoding/field-path.js";
import type { Value } from "../encoding/messages.js";
import { encodeValue } from "../encoding/order.js";
import { parseDocumentName } from "../encoding/resource-path.js";
import { directed } from "../index/keys.js";
import type { Cursor, Order, Query } from "./ast.js";
import type { Interval } from "./intervals.js";
import { pinKey } from "./planner.js";
import { encodeName } from "./scope.js";

/**
 * The part of a conjunction's entries that lies between the query's cursors; empty or with one interval.
 * https://firebase.google.com/docs/firestore/query-data/query-cursors
 */
export function cursorInterval(query: Query, pins: ReadonlyMap<string, Buffer>): Interval[] {
  const start = query.start ? place(query, query.start, pins) : undefined;
  const end = query.end ? place(query, query.end, pins) : undefined;
  if (start?.entries === "before" || end?.entries === "after") return [];
  const low = start?.entries === "around" ? (start.before ? start.at : prefixEnd(start.at)) : Buffer.alloc(0);
  const high = end?.entries === "around" ? (end.before ? end.at : prefixEnd(end.at)) : undefined;
  // No end of a prefix means that nothing lies behind it.
  return low === undefined ? [] : [{ low, high }];
}

/** Where a cursor falls: all entries before it, all after it, or it falls among them, before or behind `at`. */
type Place = { entries: "before" | "after" } | { entries: "around"; at: Buffer; before: boolean };

function place(query: Query, cursor: Cursor, pins: ReadonlyMap<string, Buffer>): Place {
  const parts: Buffer[] = [];
  for (const [index, value] of cursor.values.entries()) {
    const order = query.orders[index];
    if (!order) break;
    const part = encodePart(query, order, value);
    const pinned = pins.get(pinKey(order.field, "asc"));
    if (!pinned) {
      parts.push(part);
      if (isNameField(order.path)) break;
      continue;
    }
    const difference = Buffer.compare(directed(pinned, order.direction), part);
    // The pinned part decides for all entries that agree with the cursor so far.
    if (difference !== 0 && parts.length === 0) return { entries: difference < 0 ? "before" : "after" };
    if (difference !== 0) return { entries: "around", at: Buffer.concat(parts), before: difference > 0 };
  }
  // A cursor that agrees with every pinned part and names nothing else stands before or behind all entries.
  if (parts.length === 0) return { entries: cursor.before ? "after" : "before" };
  return { entries: "around", at: Buffer.concat(parts), before: cursor.before };
}

function encodePart(query: Query, order: Order, value: Value): Buffer {
  if (!isNameField(order.path)) return directed(encodeValue(value), order.direction);
  const name = value.valueType === "referenceValue" ? value.referenceValue : "";
  return directed(encodeName(query, parseDocumentName(name)), order.direction);
}
