import type { Query as ClientQuery, Firestore } from "@google-cloud/firestore";
import { FIRST_SECOND, LAST_SECOND } from "../time-range.js";
import { SUB_COLLECTIONS } from "./collections.js";
import { IDS, type Mask } from "./masks.js";
import { SHAPES, type Shape, type ShapeName } from "./shapes.js";
import type { Position, Query, Snapshot } from "./store.js";

type TimestampType = typeof import("@google-cloud/firestore").Timestamp;

/**
 * Builds the client's queries by shape, so that no query can be issued that SHAPES does not list. Throws TypeError when
 * a value or the parent is missing. `Timestamp` is handed in because the client library is loaded late.
 */
export function queryBuilder(
  db: Firestore,
  collectionId: (collection: Shape["collection"]) => string,
  Timestamp: TimestampType,
) {
  return function build({ shape: name, args }: Pick<Query, "shape" | "args">): ClientQuery {
    const shape: Shape = SHAPES[name];
    const { values = {}, parent } = args;
    if (shape.collection in SUB_COLLECTIONS !== (parent !== undefined))
      throw new TypeError(`query ${name} is of ${shape.collection}, which decides whether it has a parent`);
    let query: ClientQuery = (parent ? db.doc(parent.path) : db).collection(collectionId(shape.collection));
    for (const [field, op] of Object.entries(shape.filters)) {
      if (!(field in values)) throw new TypeError(`query ${name} needs a value for ${field}`);
      query = query.where(field, op, values[field]);
    }
    for (const [field, op] of Object.entries(shape.optionalFilters ?? {}))
      if (values[field] !== undefined) query = query.where(field, op, values[field]);
    for (const [field, direction] of shape.orderBy) query = query.orderBy(field, direction);
    if (args.after) {
      const last = shape.orderBy.at(-1)?.[1] ?? "asc";
      const position = args.after.map((value) => decode(value, Timestamp));
      query = query.orderBy("__name__", last).startAfter(...position);
    }
    if (args.mask) query = query.select(...fieldsRead(args.mask, name));
    if (args.offset !== undefined) query = query.offset(args.offset);
    return args.limit === "all" ? query : query.limit(args.limit);
  };
}

/**
 * The fields that a read with this mask gives: `project_id`, which tells whose a document is, the mask's, and those by
 * which a query of the shape is ordered, after which it is continued.
 */
export function fieldsRead(mask: Mask, name?: ShapeName): string[] {
  const ordered = name === undefined ? [] : SHAPES[name].orderBy.map(([field]) => field);
  return [...new Set(["project_id", ...mask, ...ordered])];
}

/** Throws TypeError for a query that reads more or other fields of its documents than its shape allows. */
export function checkMask({ shape: name, args: { mask } }: Pick<Query, "shape" | "args">): void {
  const shape: Shape = SHAPES[name];
  const allowed = mask ? mask === IDS || shape.masks.includes(mask) : shape.whole;
  if (!allowed) throw new TypeError(`query ${name} is not one of ${mask ? "this mask" : "whole documents"}`);
}

/** The position of a document of this shape: what `after` takes to continue after it. */
export function positionOf(name: ShapeName, snapshot: Snapshot): Position {
  return [...SHAPES[name].orderBy.map(([field]) => encode(snapshot.get(field))), snapshot.id];
}

/** Whether a value, read from outside, is a position of this shape that a query can continue after. */
export function isPosition(name: ShapeName, value: unknown): value is Position {
  if (!Array.isArray(value) || value.length !== SHAPES[name].orderBy.length + 1) return false;
  const id: unknown = value.at(-1);
  return typeof id === "string" && isDocumentId(id) && value.slice(0, -1).every(isOrdered);
}

/**
 * What Firestore takes as a document id
 * (https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields).
 */
export function isDocumentId(id: string): boolean {
  const reserved = id === "" || id === "." || id === ".." || id.includes("/") || /^__.*__$/s.test(id);
  return !reserved && id.isWellFormed() && Buffer.byteLength(id) <= 1_500;
}

function isOrdered(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return typeof value !== "undefined";
  const { s, n } = value as { s?: unknown; n?: unknown };
  const whole = Number.isInteger(s) && Number.isInteger(n);
  return (
    whole && (s as number) >= FIRST_SECOND && (s as number) <= LAST_SECOND && (n as number) >= 0 && (n as number) < 1e9
  );
}

function encode(value: unknown): unknown {
  const time = value as { seconds?: number; nanoseconds?: number } | null;
  return time?.seconds === undefined ? value : { s: time.seconds, n: time.nanoseconds };
}

function decode(value: unknown, Timestamp: TimestampType): unknown {
  const time = value as { s?: number; n?: number } | null;
  return time?.s === undefined ? value : new Timestamp(time.s, time.n ?? 0);
}
