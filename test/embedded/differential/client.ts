import {
  AggregateField,
  FieldPath,
  FieldValue,
  Filter,
  type Firestore,
  GeoPoint,
  type Query,
  Timestamp,
  type WriteBatch,
} from "@google-cloud/firestore";
import type {
  FieldsSpec,
  FilterSpec,
  QuerySpec,
  TransformSpec,
  ValueSpec,
  VersionSpec,
  WriteSpec,
} from "./arbitraries.js";

/** The value in the terms of the client library. */
function toClientValue(db: Firestore, spec: ValueSpec): unknown {
  if (spec === null || typeof spec !== "object") return spec;
  if ("int" in spec) return BigInt(spec.int);
  if ("double" in spec) return Number(spec.double);
  if ("time" in spec) return new Timestamp(...spec.time);
  if ("bytes" in spec) return Buffer.from(spec.bytes, "hex");
  if ("ref" in spec) return db.doc(spec.ref);
  if ("geo" in spec) return new GeoPoint(...spec.geo);
  if ("array" in spec) return spec.array.map((one) => toClientValue(db, one));
  return toClientFields(db, spec.map);
}

function toClientFields(db: Firestore, spec: FieldsSpec): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, toClientValue(db, value)]));
}

/** The update times of the documents before a commit. */
export type Versions = ReadonlyMap<string, Timestamp | undefined>;

/** Adds a write to a batch. Throws what the client library itself refuses. */
export function addWrite(db: Firestore, batch: WriteBatch, write: WriteSpec, versions: Versions): void {
  const ref = db.doc(write.doc);
  const lastUpdateTime = (version: VersionSpec): Timestamp =>
    (version === "current" ? versions.get(write.doc) : undefined) ?? new Timestamp(1, 0);
  switch (write.op) {
    case "set":
      batch.set(ref, toClientFields(db, write.fields), write.merge ? { merge: true } : {});
      return;
    case "create":
      batch.create(ref, toClientFields(db, write.fields));
      return;
    case "update": {
      const [first, ...rest] = write.changes.map(([path, value]): [FieldPath, unknown] => [
        new FieldPath(...path),
        toClientChange(db, value),
      ]);
      const asked = write.version ? [{ lastUpdateTime: lastUpdateTime(write.version) }] : [];
      if (first) batch.update(ref, first[0], first[1], ...rest.flat(), ...asked);
      return;
    }
    case "delete":
      if (write.version) batch.delete(ref, { lastUpdateTime: lastUpdateTime(write.version) });
      else batch.delete(ref, write.mustExist ? { exists: true } : {});
  }
}

/** The query in the terms of the client library. Throws what the library itself refuses. */
export function toClientQuery(db: Firestore, spec: QuerySpec): Query {
  let query: Query = spec.group ? db.collectionGroup(spec.from) : db.collection(spec.from);
  if (spec.where) query = query.where(toClientFilter(db, spec.where));
  for (const [path, direction] of spec.orderBy) query = query.orderBy(new FieldPath(...path), direction);
  const cursor = (values: ValueSpec[]): unknown[] => values.map((value) => toClientValue(db, value));
  if (spec.start)
    query = spec.start.before
      ? query.startAt(...cursor(spec.start.values))
      : query.startAfter(...cursor(spec.start.values));
  if (spec.end)
    query = spec.end.before ? query.endBefore(...cursor(spec.end.values)) : query.endAt(...cursor(spec.end.values));
  if (spec.limit !== undefined) query = spec.limitToLast ? query.limitToLast(spec.limit) : query.limit(spec.limit);
  if (spec.offset !== undefined) query = query.offset(spec.offset);
  if (spec.select) query = query.select(...spec.select.map((path) => new FieldPath(...path)));
  return query;
}

/** What the fuzzer aggregates: each kind once, over fields that programs write. */
export const AGGREGATES = {
  count: AggregateField.count(),
  sum: AggregateField.sum("a"),
  avg: AggregateField.average("b"),
};

function toClientFilter(db: Firestore, spec: FilterSpec): Filter {
  if ("and" in spec) return Filter.and(...spec.and.map((one) => toClientFilter(db, one)));
  if ("or" in spec) return Filter.or(...spec.or.map((one) => toClientFilter(db, one)));
  return Filter.where(new FieldPath(...spec.field), spec.op, toClientValue(db, spec.value));
}

function toClientChange(db: Firestore, change: ValueSpec | TransformSpec): unknown {
  if (change === null || typeof change !== "object" || !("transform" in change)) return toClientValue(db, change);
  switch (change.transform) {
    case "serverTimestamp":
      return FieldValue.serverTimestamp();
    case "increment":
      return FieldValue.increment(Number(toClientValue(db, change.by)));
    case "arrayUnion":
      return FieldValue.arrayUnion(...change.values.map((one) => toClientValue(db, one)));
    case "arrayRemove":
      return FieldValue.arrayRemove(...change.values.map((one) => toClientValue(db, one)));
    case "delete":
      return FieldValue.delete();
  }
}
