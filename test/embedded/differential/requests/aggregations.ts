import type { StructuredQuery, Value } from "../../../../src/embedded/encoding/messages.js";
import type { RawClient } from "../../support/raw.js";
import { FROM, int, order, type RequestCase, unary, where } from "./parts.js";

const count = { alias: "n", operator: "count", count: {} } as const;
const sum = (fieldPath: string, alias: string) => ({ alias, operator: "sum", sum: { field: { fieldPath } } }) as const;
const aggregation = (
  name: string,
  aggregations: Parameters<RawClient["aggregate"]>[0]["aggregations"],
  structuredQuery: StructuredQuery = {},
): RequestCase => ({
  name: `aggregation ${name}`,
  send: (raw) =>
    raw.aggregate({ structuredQuery: { from: FROM, ...structuredQuery }, aggregations: aggregations ?? [] }),
});

const GROUP = [{ collectionId: "c", allDescendants: true }];
const EVERY = [{ allDescendants: true }];

/** Aggregations below a document: of one collection, of all that have its id, and of all that there are. */
const below: RequestCase[] = Object.entries({ collection: FROM, group: GROUP, "every collection": EVERY }).flatMap(
  ([scope, from]) =>
    Object.entries<[typeof count | ReturnType<typeof sum>, StructuredQuery]>({
      count: [count, {}],
      "count of a filter": [count, { where: where("a", "EQUAL", int(1)) }],
      "count in order": [count, { orderBy: [order("a")] }],
      "count in reverse order of names": [count, { orderBy: [order("__name__", "DESCENDING")] }],
      "count to a limit": [count, { orderBy: [order("__name__")], limit: { value: 1 } }],
      sum: [sum("a", "s"), {}],
      "sum of a filter": [sum("a", "s"), { where: where("a", "EQUAL", int(1)) }],
      "sum of a range": [sum("a", "s"), { where: where("a", "GREATER_THAN", int(1)) }],
      "sum in order": [sum("a", "s"), { orderBy: [order("a")] }],
      "sum in another order": [sum("a", "s"), { orderBy: [order("b")] }],
      "sum in order of names": [sum("a", "s"), { orderBy: [order("__name__")] }],
      "sum in reverse order of names": [sum("a", "s"), { orderBy: [order("__name__", "DESCENDING")] }],
      "sum with a projection": [sum("a", "s"), { select: { fields: [{ fieldPath: "a" }] } }],
    }).map(([name, [one, rest]]) => ({
      name: `aggregation ${name}, of ${scope} below a document`,
      send: (raw: RawClient) =>
        raw.aggregate({ structuredQuery: { from, ...rest }, aggregations: [one] }, `${raw.root}/c/a`),
    })),
);

/** Aggregations that Firestore accepts or refuses by their form. */
export const aggregations: RequestCase[] = [
  aggregation("count", [count]),
  aggregation("none", []),
  aggregation("without alias", [{ operator: "count", count: {} }]),
  aggregation("two without alias", [
    { operator: "count", count: {} },
    { operator: "count", count: {} },
  ]),
  aggregation("same alias", [count, count]),
  aggregation(
    "six",
    [0, 1, 2, 3, 4, 5].map((index) => sum("a", `s${index}`)),
  ),
  aggregation(
    "five",
    [0, 1, 2, 3, 4].map((index) => sum("a", `s${index}`)),
  ),
  aggregation("count with select", [count], { select: { fields: [{ fieldPath: "a" }] } }),
  aggregation("count with empty select", [count], { select: { fields: [{ fieldPath: "__name__" }] } }),
  aggregation("sum with select", [sum("a", "s")], { select: { fields: [{ fieldPath: "a" }] } }),
  aggregation("sum with other select", [sum("a", "s")], { select: { fields: [{ fieldPath: "b" }] } }),
  aggregation("sum of names", [sum("__name__", "s")]),
  aggregation("sum after name order", [sum("a", "s")], { orderBy: [order("__name__")] }),
  aggregation("sum with name range", [sum("a", "s")], { where: unary("b", "IS_NULL") }),
  ...["EQUAL", "GREATER_THAN"].map(
    (op): RequestCase => ({
      name: `aggregation sum with name ${op}`,
      send: (raw) => {
        const name: Value = { valueType: "referenceValue", referenceValue: `${raw.root}/c/a` };
        return raw.aggregate({
          structuredQuery: { from: FROM, where: where("__name__", op, name) },
          aggregations: [sum("a", "s")],
        });
      },
    }),
  ),
  aggregation("count up to 0", [{ alias: "n", operator: "count", count: { upTo: { value: "0" } } }]),
  aggregation("count up to 2", [{ alias: "n", operator: "count", count: { upTo: { value: "2" } } }]),
  aggregation("reserved alias", [{ alias: "__n__", operator: "count", count: {} }]),
  aggregation("alias of the name", [{ alias: "__name__", operator: "count", count: {} }]),
  aggregation("alias of 1,500 bytes", [{ alias: "é".repeat(750), operator: "count", count: {} }]),
  aggregation("alias of 1,501 bytes", [{ alias: "x".repeat(1_501), operator: "count", count: {} }]),
  aggregation("sum of a reserved field", [sum("__foo__", "s")]),
  aggregation("sum of a reserved field further down", [sum("a.__foo__", "s")]),
  aggregation("count of every collection", [count], { from: [{ allDescendants: true }] }),
  aggregation("sum of every collection", [sum("a", "s")], { from: [{ allDescendants: true }] }),
  aggregation("sum of a group with name range", [sum("a", "s")], { from: GROUP, orderBy: [order("__name__")] }),
  aggregation("average of a group", [{ alias: "v", operator: "avg", avg: { field: { fieldPath: "a" } } }], {
    from: GROUP,
  }),
  ...below,
  aggregation("bad alias", [{ alias: "a-b", operator: "count", count: {} }]),
];
