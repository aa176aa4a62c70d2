import type { Value } from "../../../../src/embedded/encoding/messages.js";
import type { RawClient } from "../../support/raw.js";
import { operands } from "./operands.js";
import {
  both,
  double,
  type FilterMessage,
  FROM,
  int,
  list,
  many,
  NULL,
  order,
  query,
  type RequestCase,
  text,
  unary,
  where,
} from "./parts.js";

const filter = (name: string, filterMessage: FilterMessage): RequestCase => query(name, { where: filterMessage });
const ref = (raw: RawClient, path: string): Value => ({
  valueType: "referenceValue",
  referenceValue: `${raw.root}/${path}`,
});

const FOREIGN: Value = {
  valueType: "referenceValue",
  referenceValue: "projects/other/databases/(default)/documents/c/a",
};
const EVERY = [{ allDescendants: true }];
const EMPTY = [{ collectionId: "empty" }];
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const equal = (count: number): FilterMessage => both("AND", ...times(count, (n) => where(`f${n}`, "EQUAL", int(n))));
const above = (n: number): FilterMessage => where(`f${n}`, "GREATER_THAN", int(n));

/** Queries at and over the limits of size. */
const sizes: RequestCase[] = [
  filter("by a path of 1,499 bytes", where("a".repeat(1_499), "EQUAL", int(1))),
  filter("by a path of 1,500 bytes", where("a".repeat(1_500), "EQUAL", int(1))),
  filter("by a path of 1,501 bytes", where("a".repeat(1_501), "EQUAL", int(1))),
  query("ordered by a path of 1,501 bytes", { orderBy: [order("a".repeat(1_501))] }),
  query("of a path of 1,501 bytes", { select: { fields: [{ fieldPath: "a".repeat(1_501) }] } }),
  filter("with 100 filters", equal(100)),
  filter("with 101 filters", equal(101)),
  filter("with 70 filters and 30 values", both("AND", equal(70), where("a", "IN", many(30)))),
  filter("with 71 filters and 30 values", both("AND", equal(71), where("a", "IN", many(30)))),
  filter("with 90 filters and 10 values", both("AND", equal(90), where("a", "NOT_IN", many(10)))),
  filter("with 91 filters and 10 values", both("AND", equal(91), where("a", "NOT_IN", many(10)))),
  filter("with 101 equal filters", both("AND", ...times(101, () => where("a", "EQUAL", int(1))))),
  filter("with 10 times 11 filters", both("OR", ...times(10, (n) => both("AND", equal(10), above(n))))),
  query("with 99 filters and an order", { where: equal(99), orderBy: [order("__name__")] }),
  query("with 100 filters and an order", { where: equal(100), orderBy: [order("__name__")] }),
  query("with 101 orders", { orderBy: times(101, (n) => order(`f${n}`)) }),
  ...[99, 100].map(
    (count): RequestCase => ({
      name: `query with ${count} filters below a document`,
      send: (raw) => raw.runQuery({ from: FROM, where: equal(count) }, `${raw.root}/c/a/d/b`),
    }),
  ),
  filter("with inequalities of 10 fields", both("AND", ...times(10, above))),
  filter("with inequalities of 11 fields", both("AND", ...times(11, above))),
  filter(
    "with inequalities of 10 fields and one with null",
    both("AND", ...times(10, above), where("z", "LESS_THAN", NULL)),
  ),
  filter(
    "with inequalities of 10 fields and one that is not null",
    both("AND", ...times(10, above), unary("z", "IS_NOT_NULL")),
  ),
  query("with inequalities of 10 fields and names", (raw) => ({
    where: both("AND", ...times(10, above), where("__name__", "GREATER_THAN", ref(raw, "c/a"))),
  })),
];

/** Queries of every collection, which can only look at names. */
const kindless: RequestCase[] = [
  query("of every collection", { from: EVERY }),
  query("of every collection with equality", { from: EVERY, where: where("a", "EQUAL", int(1)) }),
  query("of every collection with inequality", { from: EVERY, where: where("a", "GREATER_THAN", int(1)) }),
  query("of every collection with null", { from: EVERY, where: unary("a", "IS_NULL") }),
  query("of every collection with a filter that finds nothing", { from: EVERY, where: where("a", "EQUAL", NULL) }),
  query("of every collection with name or field", (raw) => ({
    from: EVERY,
    where: both("OR", where("__name__", "EQUAL", ref(raw, "c/a")), where("a", "EQUAL", int(1))),
  })),
  query("of every collection by a field", { from: EVERY, orderBy: [order("a")] }),
  query("of every collection by name", { from: EVERY, orderBy: [order("__name__")] }),
  query("of every collection by name descending", { from: EVERY, orderBy: [order("__name__", "DESCENDING")] }),
  query("of every collection by name and field", { from: EVERY, orderBy: [order("__name__"), order("a")] }),
  ...["EQUAL", "NOT_EQUAL", "GREATER_THAN"].map((op) =>
    query(`of every collection with name ${op}`, (raw) => ({
      from: EVERY,
      where: where("__name__", op, ref(raw, "c/a")),
    })),
  ),
  query("of every collection with a cursor", (raw) => ({
    from: EVERY,
    orderBy: [order("__name__")],
    startAt: { values: [ref(raw, "c/a")] },
  })),
  query("of every collection with some fields", { from: EVERY, select: { fields: [{ fieldPath: "a" }] } }),
];

/** Queries that Firestore accepts or refuses by their form. */
export const queries: RequestCase[] = [
  query("plain", {}),
  query("without from", { from: [] }),
  query("with two selectors", { from: [{ collectionId: "c" }, { collectionId: "d" }] }),
  query("without collection id", { from: [{}] }),
  query("with a slash in the collection id", { from: [{ collectionId: "a/b" }] }),
  query("of a reserved collection", { from: [{ collectionId: "__c__" }] }),
  query("with negative limit", { limit: { value: -1 } }),
  query("with limit 0", { limit: { value: 0 } }),
  query("with negative offset", { offset: -1 }),
  query("with duplicate order", { orderBy: [order("a"), order("a", "DESCENDING")] }),
  query("with order after name", { orderBy: [order("__name__"), order("a")] }),
  query("by name descending", { orderBy: [order("__name__", "DESCENDING")] }),
  query("by name descending with equality", {
    where: where("a", "EQUAL", int(1)),
    orderBy: [order("__name__", "DESCENDING")],
  }),
  query("without direction", { orderBy: [{ field: { fieldPath: "a" } }] }),
  query("with cursor longer than orders", { orderBy: [order("a")], startAt: { values: [int(1), int(2), int(3)] } }),
  query("with cursor and no order", { startAt: { values: [int(1)] } }),
  query("with cursor as long as implied orders", (raw) => ({
    orderBy: [order("a")],
    startAt: { values: [int(1), ref(raw, "c/a")] },
  })),
  query("with a name cursor and no order", (raw) => ({ startAt: { values: [ref(raw, "c/a")] } })),
  query("with empty cursor", { orderBy: [order("a")], startAt: { values: [] } }),
  query("with empty cursor before", { orderBy: [order("a")], startAt: { values: [], before: true } }),
  query("with a name cursor elsewhere", (raw) => ({
    orderBy: [order("__name__")],
    startAt: { values: [ref(raw, "d/x")] },
  })),
  query("with a name cursor deeper", (raw) => ({
    orderBy: [order("__name__")],
    startAt: { values: [ref(raw, "c/x/c/y")] },
  })),
  query("with a name cursor elsewhere, of an empty collection", (raw) => ({
    from: EMPTY,
    orderBy: [order("__name__")],
    startAt: { values: [ref(raw, "d/x")] },
  })),
  query("of a group with a name cursor in another database", {
    from: [{ collectionId: "c", allDescendants: true }],
    orderBy: [order("__name__")],
    startAt: { values: [FOREIGN] },
  }),
  query("with a text as name cursor", { orderBy: [order("__name__")], startAt: { values: [text("x")] } }),
  query("selecting names", { select: { fields: [{ fieldPath: "__name__" }] } }),
  query("selecting a bad path", { select: { fields: [{ fieldPath: "a..b" }] } }),
  query("selecting twice", { select: { fields: [{ fieldPath: "a" }, { fieldPath: "a" }] } }),
  query("selecting a field and below it", { select: { fields: [{ fieldPath: "a" }, { fieldPath: "a.b" }] } }),
  query("with reserved field", { where: where("__x__", "EQUAL", int(1)) }),
  query("with empty field", { where: where("", "EQUAL", int(1)) }),
  query("with a field that needs quotes", { where: where("a-b", "EQUAL", int(1)) }),
  query("with a quoted field", { where: where("`a-b`.c", "EQUAL", int(1)) }),
  query("with an empty quoted field", { where: where("``", "EQUAL", int(1)) }),
  filter("in nothing", where("a", "IN", list())),
  filter("in a scalar", where("a", "IN", int(1))),
  filter("in 30", where("a", "IN", many(30))),
  filter("in 31", where("a", "IN", many(31))),
  filter("not-in 10", where("a", "NOT_IN", many(10))),
  filter("not-in 11", where("a", "NOT_IN", many(11))),
  filter("not-in nothing", where("a", "NOT_IN", list())),
  filter("array-contains-any 30", where("a", "ARRAY_CONTAINS_ANY", many(30))),
  filter("array-contains-any 31", where("a", "ARRAY_CONTAINS_ANY", many(31))),
  filter("array-contains-any nothing", where("a", "ARRAY_CONTAINS_ANY", list())),
  filter("array-contains an array", where("a", "ARRAY_CONTAINS", list(int(1)))),
  filter("in with null", where("a", "IN", list(NULL, int(1)))),
  filter("in with NaN", where("a", "IN", list(double(Number.NaN), int(1)))),
  filter("not-in with null", where("a", "NOT_IN", list(NULL, int(1)))),
  filter("less than null", where("a", "LESS_THAN", NULL)),
  filter("less than NaN", where("a", "LESS_THAN", double(Number.NaN))),
  filter("equal NaN", where("a", "EQUAL", double(Number.NaN))),
  filter("is null", unary("a", "IS_NULL")),
  filter("is not NaN", unary("a", "IS_NOT_NAN")),
  filter("name is null", unary("__name__", "IS_NULL")),
  filter("no operator", where("a", "OPERATOR_UNSPECIFIED", int(1))),
  filter("empty and", both("AND")),
  filter("one in and", both("AND", where("a", "EQUAL", int(1)))),
  filter("empty or", both("OR")),
  filter("two array-contains", both("AND", where("a", "ARRAY_CONTAINS", int(1)), where("b", "ARRAY_CONTAINS", int(1)))),
  filter(
    "two array-contains in or",
    both("OR", where("a", "ARRAY_CONTAINS", int(1)), where("b", "ARRAY_CONTAINS", int(1))),
  ),
  filter(
    "array-contains and -any",
    both("AND", where("a", "ARRAY_CONTAINS", int(1)), where("b", "ARRAY_CONTAINS_ANY", many(2))),
  ),
  filter("two !=", both("AND", where("a", "NOT_EQUAL", int(1)), where("a", "NOT_EQUAL", int(2)))),
  filter("two != on two fields", both("AND", where("a", "NOT_EQUAL", int(1)), where("b", "NOT_EQUAL", int(2)))),
  filter("two not-in", both("AND", where("a", "NOT_IN", many(2)), where("a", "NOT_IN", many(3)))),
  filter("!= and not-in", both("AND", where("a", "NOT_EQUAL", int(1)), where("a", "NOT_IN", many(3)))),
  filter("is-not-null and !=", both("AND", unary("a", "IS_NOT_NULL"), where("a", "NOT_EQUAL", int(1)))),
  filter("is-not-null and not-in", both("AND", unary("a", "IS_NOT_NULL"), where("a", "NOT_IN", many(2)))),
  filter("in and not-in", both("AND", where("a", "IN", many(2)), where("b", "NOT_IN", many(2)))),
  filter(
    "array-contains-any and not-in",
    both("AND", where("a", "ARRAY_CONTAINS_ANY", many(2)), where("b", "NOT_IN", many(2))),
  ),
  filter(
    "or and not-in",
    both("AND", both("OR", where("a", "EQUAL", int(1)), where("a", "EQUAL", int(2))), where("b", "NOT_IN", many(2))),
  ),
  filter("or of one and not-in", both("AND", both("OR", where("a", "EQUAL", int(1))), where("b", "NOT_IN", many(2)))),
  filter("!= inside or", both("OR", where("a", "EQUAL", int(1)), where("a", "NOT_EQUAL", int(2)))),
  filter("two in", both("AND", where("a", "IN", many(5)), where("b", "IN", many(6)))),
  filter("over 30 disjunctions", both("AND", where("a", "IN", many(6)), where("b", "IN", many(6)))),
  filter("over 30 in or", both("OR", where("a", "IN", many(16)), where("b", "IN", many(15)))),
  filter("same in twice over 30", both("AND", where("a", "IN", many(6)), where("a", "IN", many(6)))),
  filter("duplicates in in", where("a", "IN", list(int(1), int(1)))),
  filter("ranges on two fields", both("AND", where("a", "GREATER_THAN", int(1)), where("b", "LESS_THAN", int(1)))),
  query("name equality and inequality", (raw) => ({
    where: both("AND", where("__name__", "EQUAL", ref(raw, "c/a")), where("a", "GREATER_THAN", int(1))),
  })),
  query("name in and inequality", (raw) => ({
    where: both("AND", where("__name__", "IN", list(ref(raw, "c/a"))), where("a", "GREATER_THAN", int(1))),
  })),
  query("name inequality and inequality", (raw) => ({
    where: both("AND", where("__name__", "GREATER_THAN", ref(raw, "c/a")), where("a", "GREATER_THAN", int(1))),
  })),
  query("name equality, order", (raw) => ({
    where: where("__name__", "EQUAL", ref(raw, "c/a")),
    orderBy: [order("a")],
  })),
  query("name elsewhere", (raw) => ({ where: where("__name__", "EQUAL", ref(raw, "d/a")) })),
  query("name deeper", (raw) => ({ where: where("__name__", "EQUAL", ref(raw, "c/a/c/b")) })),
  query("name elsewhere, of an empty collection", (raw) => ({
    from: EMPTY,
    where: where("__name__", "GREATER_THAN", ref(raw, "d/a")),
  })),
  query("name in another database", { where: where("__name__", "EQUAL", FOREIGN) }),
  query("group name in another database", {
    from: [{ collectionId: "empty", allDescendants: true }],
    where: where("__name__", "NOT_IN", list(FOREIGN)),
  }),
  query("name of a collection", (raw) => ({ where: where("__name__", "EQUAL", ref(raw, "c")) })),
  query("name as text", { where: where("__name__", "EQUAL", text("c/a")) }),
  query("name in nothing", { where: where("__name__", "IN", list()) }),
  query("name in texts", { where: where("__name__", "IN", list(text("a"))) }),
  query("name not equal", (raw) => ({ where: where("__name__", "NOT_EQUAL", ref(raw, "c/a")) })),
  query("name array-contains", (raw) => ({ where: where("__name__", "ARRAY_CONTAINS", ref(raw, "c/a")) })),
  query("inequality then other order", { where: where("a", "GREATER_THAN", int(1)), orderBy: [order("b")] }),
  query("inequality then name order", { where: where("a", "GREATER_THAN", int(1)), orderBy: [order("__name__")] }),
  query("equality and same order", { where: where("a", "EQUAL", int(1)), orderBy: [order("a"), order("b")] }),
  {
    name: "query below a collection",
    send: (raw) => raw.runQuery({ from: FROM }, `${raw.root}/c`),
  },
  ...[200, 202].map((segments) => ({
    name: `query below ${segments / 2} collections`,
    send: (raw: RawClient) => raw.runQuery({ from: FROM }, `${raw.root}/${times(segments, (n) => `s${n}`).join("/")}`),
  })),
  ...[where("a", "EQUAL", int(1)), where("a", "GREATER_THAN", int(1))].map((one, at) => ({
    name: `query of a group below a document, filter ${at}`,
    send: (raw: RawClient) =>
      raw.runQuery({ from: [{ collectionId: "c", allDescendants: true }], where: one }, `${raw.root}/c/a`),
  })),
  {
    name: "query of a group below a document, ordered",
    send: (raw) =>
      raw.runQuery({ from: [{ collectionId: "c", allDescendants: true }], orderBy: [order("a")] }, `${raw.root}/c/a`),
  },
  {
    name: "query of a group below a document, by name",
    send: (raw) =>
      raw.runQuery(
        { from: [{ collectionId: "c", allDescendants: true }], orderBy: [order("__name__", "DESCENDING")] },
        `${raw.root}/c/a`,
      ),
  },
  { name: "query without parent", send: (raw) => raw.runQuery({ from: FROM }, "") },
  { name: "query below a missing document", send: (raw) => raw.runQuery({ from: FROM }, `${raw.root}/c/none`) },
  {
    name: "query of an unknown transaction",
    send: (raw) =>
      raw.call("RunQuery", { parent: raw.root, structuredQuery: { from: FROM }, transaction: Buffer.from("nonsense") }),
  },
  ...operands,
  ...sizes,
  ...kindless,
];
