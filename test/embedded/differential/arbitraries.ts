import fc from "fast-check";

/*
 * Random programs as plain data, so that one program can run on two stores and be printed when they differ. Few fields
 * and few values on purpose: filters then match, orders tie and transforms meet what they can change.
 */

/** A value as plain data; see `toClientValue`. */
export type ValueSpec =
  | null
  | boolean
  | string
  | { int: string }
  | { double: number | "NaN" | "Infinity" | "-Infinity" | "-0" }
  | { time: [number, number] }
  | { bytes: string }
  | { ref: string }
  | { geo: [number, number] }
  | { array: ValueSpec[] }
  | { map: Record<string, ValueSpec> };

/** The fields of a document, as plain data. */
export type FieldsSpec = Record<string, ValueSpec>;

/** A field transform, as plain data. */
export type TransformSpec =
  | { transform: "serverTimestamp" }
  | { transform: "increment"; by: ValueSpec }
  | { transform: "arrayUnion" | "arrayRemove"; values: ValueSpec[] }
  | { transform: "delete" };

/** A write, as plain data. */
export type WriteSpec =
  | { op: "set"; doc: string; fields: FieldsSpec; merge: boolean }
  | { op: "create"; doc: string; fields: FieldsSpec }
  | { op: "update"; doc: string; changes: [string[], ValueSpec | TransformSpec][]; version: VersionSpec }
  | { op: "delete"; doc: string; mustExist: boolean; version: VersionSpec };

/** The update time that a write asks for: the document's, another one, or none. */
export type VersionSpec = "current" | "other" | undefined;

/** One atomic commit: a batch, or a transaction that first reads the documents that it writes, and a query's. */
export interface CommitSpec {
  writes: WriteSpec[];
  transaction: { query: QuerySpec } | undefined;
}

/** A filter, as plain data. */
export type FilterSpec =
  | { field: string[]; op: FirebaseFirestore.WhereFilterOp; value: ValueSpec }
  | { and: FilterSpec[] }
  | { or: FilterSpec[] };

/** A query, as plain data. */
export interface QuerySpec {
  from: string;
  group: boolean;
  where: FilterSpec | undefined;
  orderBy: [string[], "asc" | "desc"][];
  start: { values: ValueSpec[]; before: boolean } | undefined;
  end: { values: ValueSpec[]; before: boolean } | undefined;
  limit: number | undefined;
  limitToLast: boolean;
  offset: number | undefined;
  select: string[][] | undefined;
  aggregate: boolean;
}

/** A random program: commits, then queries. */
export interface Program {
  commits: CommitSpec[];
  queries: QuerySpec[];
}

const DOCS = ["c/a", "c/b", "c/c", "c/d", "c/__id7__", "c/__id12__", "c/é", "c/z", "d/a", "d/b", "c/a/c/x", "d/a/c/a"];
const FIELDS: string[][] = [["a"], ["b"], ["c"], ["m"], ["m", "x"], ["m", "y"], ["dot.ted"], ["`q`"]];

const scalar: fc.Arbitrary<ValueSpec> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<ValueSpec>({ int: "0" }, { int: "1" }, { int: "2" }, { int: "-1" }) },
  { weight: 4, arbitrary: fc.constantFrom("", "a", "b", "é", "\u{1F600}", "\uFFFD", "a\0b") },
  {
    weight: 2,
    arbitrary: fc.constantFrom<ValueSpec>(
      { int: "9007199254740993" },
      { int: "9223372036854775807" },
      { int: "-9223372036854775808" },
      { double: 9007199254740992 },
      { double: 2 ** 63 },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<ValueSpec>(
      { double: 0.5 },
      { double: 1.5 },
      { double: "NaN" },
      { double: "-0" },
      { double: "Infinity" },
      { double: "-Infinity" },
    ),
  },
  { weight: 4, arbitrary: fc.constantFrom<ValueSpec>(null, true, false) },
  { weight: 1, arbitrary: fc.constantFrom<ValueSpec>({ time: [5, 0] }, { time: [5, 1000] }, { time: [-7, 999_000] }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ValueSpec>({ bytes: "" }, { bytes: "00" }, { bytes: "00ff" }, { bytes: "61" }),
  },
  { weight: 1, arbitrary: fc.constantFrom<ValueSpec>({ ref: "c/a" }, { ref: "c/__id7__" }, { ref: "d/a/c/a" }) },
  { weight: 1, arbitrary: fc.constantFrom<ValueSpec>({ geo: [0, 0] }, { geo: [1, -2] }, { geo: [1, 3] }) },
);

const { value } = fc.letrec<{ value: ValueSpec; array: ValueSpec; map: ValueSpec; element: ValueSpec }>((tie) => ({
  element: fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 1, arbitrary: tie("map") }),
  array: fc.array(tie("element"), { maxLength: 3 }).map((array) => ({ array })),
  map: fc
    .dictionary(fc.constantFrom("x", "y", "é", "a.b"), tie("value"), { maxKeys: 2, noNullPrototype: true })
    .map((map) => ({ map })),
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 8, arbitrary: scalar },
    { weight: 2, arbitrary: tie("array") },
    { weight: 2, arbitrary: tie("map") },
  ),
}));

const fields = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "c", "m", "dot.ted", "`q`"), value), { maxLength: 5 })
  .map((entries): FieldsSpec => Object.fromEntries(entries));

const number = scalar.filter((one) => typeof one === "object" && one !== null && ("int" in one || "double" in one));

const transform: fc.Arbitrary<TransformSpec> = fc.oneof(
  fc.constant<TransformSpec>({ transform: "serverTimestamp" }),
  number.map((by): TransformSpec => ({ transform: "increment", by })),
  fc
    .tuple(fc.constantFrom("arrayUnion", "arrayRemove"), fc.array(scalar, { minLength: 1, maxLength: 2 }))
    .map(([name, values]): TransformSpec => ({ transform: name, values })),
  fc.constant<TransformSpec>({ transform: "delete" }),
);

const doc = fc.constantFrom(...DOCS);

const version = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constant<VersionSpec>("current") },
  { weight: 1, arbitrary: fc.constant<VersionSpec>("other") },
);

const write: fc.Arbitrary<WriteSpec> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant("set"), doc, fields, merge: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("create"), doc, fields }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant("update"),
      doc,
      changes: fc
        .array(fc.tuple(fc.constantFrom(...FIELDS), fc.oneof(value, transform)), { minLength: 1, maxLength: 3 })
        .map(withoutOverlaps),
      version,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("delete"), doc, mustExist: fc.boolean(), version }) },
);

/** The client refuses an update that names a field and something inside it. */
function withoutOverlaps<T>(changes: [string[], T][]): [string[], T][] {
  const kept: [string[], T][] = [];
  for (const change of changes) if (!kept.some(([path]) => path[0] === change[0][0])) kept.push(change);
  return kept;
}

const queryField: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...FIELDS) },
  { weight: 1, arbitrary: fc.constant<string[]>(["__name__"]) },
);
const nameValue = fc.constantFrom<ValueSpec>({ ref: "c/b" }, { ref: "c/__id7__" }, { ref: "c/zz" });

const fieldFilter: fc.Arbitrary<FilterSpec> = queryField.chain((field) => {
  const named = field[0] === "__name__";
  const operand = named ? nameValue : value;
  const list = fc.array(operand, { minLength: 1, maxLength: 3 }).map((array): ValueSpec => ({ array }));
  const single = fc.constantFrom<FirebaseFirestore.WhereFilterOp>("==", "==", "==", "<", "<=", ">", ">=", "!=");
  const listed = fc.constantFrom<FirebaseFirestore.WhereFilterOp>(
    "in",
    "not-in",
    ...(named ? [] : (["array-contains-any"] as const)),
  );
  return fc.oneof<fc.MaybeWeightedArbitrary<FilterSpec>[]>(
    { weight: 5, arbitrary: fc.record({ field: fc.constant(field), op: single, value: operand }) },
    { weight: 2, arbitrary: fc.record({ field: fc.constant(field), op: listed, value: list }) },
    ...(named
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.record({
              field: fc.constant(field),
              op: fc.constant<FirebaseFirestore.WhereFilterOp>("array-contains"),
              value: scalar,
            }),
          },
        ]),
  );
});

const { filter } = fc.letrec<{ filter: FilterSpec }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: fieldFilter },
    { weight: 2, arbitrary: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }).map((and) => ({ and })) },
    { weight: 1, arbitrary: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }).map((or) => ({ or })) },
  ),
}));

const orderBy = fc.uniqueArray(fc.tuple(queryField, fc.constantFrom<"asc" | "desc">("asc", "desc")), {
  maxLength: 3,
  selector: ([path]) => path.join("."),
});

const option = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 4 });

const query: fc.Arbitrary<QuerySpec> = fc
  .record({
    from: fc.constantFrom("c", "c", "c", "d", "c/a/c"),
    group: fc.boolean(),
    where: fc.option(filter, { nil: undefined, freq: 3 }),
    orderBy,
    startValues: option(
      fc.tuple(fc.array(value, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), fc.boolean()),
    ),
    endValues: option(
      fc.tuple(fc.array(value, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), fc.boolean()),
    ),
    limit: option(fc.integer({ min: 1, max: 4 })),
    limitToLast: fc.boolean(),
    offset: option(fc.integer({ min: 0, max: 3 })),
    select: option(fc.array(fc.constantFrom(...FIELDS), { maxLength: 3 })),
    aggregate: fc.boolean(),
  })
  .map(({ startValues, endValues, ...rest }): QuerySpec => {
    const cursor = (spec: [ValueSpec[], number, boolean] | undefined): QuerySpec["start"] => {
      if (!spec || rest.orderBy.length === 0) return undefined;
      const values = rest.orderBy
        .slice(0, spec[1])
        .map(([path], index): ValueSpec => (path[0] === "__name__" ? { ref: "c/b" } : (spec[0][index] ?? null)));
      return { values, before: spec[2] };
    };
    const limitToLast = rest.limitToLast && rest.limit !== undefined && rest.orderBy.length > 0;
    return {
      ...rest,
      group: rest.group && !rest.from.includes("/"),
      start: cursor(startValues),
      end: cursor(endValues),
      limitToLast,
      offset: limitToLast ? undefined : rest.offset,
    };
  });

/** A random program: some commits, then queries over what they left. */
export const program: fc.Arbitrary<Program> = fc.record({
  commits: fc.array(
    fc.record({
      writes: fc.array(write, { minLength: 1, maxLength: 4 }),
      transaction: option(fc.record({ query })),
    }),
    { minLength: 2, maxLength: 7 },
  ),
  queries: fc.array(query, { minLength: 3, maxLength: 6 }),
});
