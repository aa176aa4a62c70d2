import { positionOf } from "../../firestore/query.js";
import { SHAPES, type Shape, type ShapeName } from "../../firestore/shapes.js";
import type { Position, QueryArgs, Snapshot } from "../../firestore/store.js";

/** Which part of an order is wanted. */
export type Slice = Pick<QueryArgs, "limit" | "after" | "offset">;

/**
 * The wanted slice of documents in the order of a shape, as Firestore gives it: the fields of the shape, then the id. Each
 * document is expected once. Pure.
 */
export function sliceInOrder(name: ShapeName, documents: readonly Snapshot[], wanted: Slice): Snapshot[] {
  const { after, offset = 0, limit } = wanted;
  const placed = documents.map((document) => ({ document, position: positionOf(name, document) }));
  return placed
    .filter(({ position }) => after === undefined || comparePositions(name, position, after) > 0)
    .sort((a, b) => comparePositions(name, a.position, b.position))
    .slice(offset, limit === "all" ? undefined : offset + limit)
    .map(({ document }) => document);
}

/** Below 0 when the first position comes first in the order of the shape, 0 when they are one. Pure. */
function comparePositions(name: ShapeName, a: Position, b: Position): number {
  const { orderBy }: Shape = SHAPES[name];
  // Firestore orders by the id at last, in the direction of the last field.
  const directions = [...orderBy.map(([, direction]) => direction), orderBy.at(-1)?.[1] ?? "asc"];
  for (const [at, direction] of directions.entries()) {
    const compared = compareValues(a[at], b[at]);
    if (compared !== 0) return direction === "asc" ? compared : -compared;
  }
  return 0;
}

/** Firestore's order of the values that shapes are ordered by: null, booleans, numbers, times, texts, then others. */
function compareValues(a: unknown, b: unknown): number {
  const [rank, other] = [rankOf(a), rankOf(b)];
  if (rank !== other) return rank - other;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (isTime(a) && isTime(b)) return a.s - b.s || a.n - b.n;
  if (typeof a === "number" && typeof b === "number") return compareNumbers(a, b);
  return Number(a === true) - Number(b === true);
}

function compareNumbers(a: number, b: number): number {
  // NaN comes before every other number.
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a < b ? -1 : Number(a > b);
}

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  const at = ["boolean", "number", "object", "string"].indexOf(typeof value);
  return typeof value === "object" && !isTime(value) ? 5 : at + 1;
}

function isTime(value: unknown): value is { s: number; n: number } {
  return typeof value === "object" && value !== null && "s" in value && "n" in value;
}
