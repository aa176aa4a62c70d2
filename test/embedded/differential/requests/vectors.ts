import type { StructuredQuery, Value } from "../../../../src/embedded/protocol/types.js";
import { double, FROM, int, list, map, NULL, order, type RequestCase, text, where, write } from "./parts.js";

const typed = (type: Value, ...elements: Value[]): Value => map({ __type__: type, value: list(...elements) });
const vector = (...elements: Value[]): Value => typed(text("__vector__"), ...elements);
const long = (size: number): Value => vector(...Array.from({ length: size }, (_, index) => double(index)));
const one = vector(double(1));

const stored = (name: string, a: Value): RequestCase =>
  write(`a vector ${name}`, (raw) => [{ operation: "update", update: { name: `${raw.root}/w/v`, fields: { a } } }]);
const compared = (name: string, op: string, value: Value): RequestCase => ({
  name: `query ${name}`,
  send: (raw) => raw.runQuery({ from: FROM, where: where("a", op, value) }),
});

const searched = (name: string, search: object, rest: StructuredQuery = {}): RequestCase => ({
  name: `search ${name}`,
  send: (raw) =>
    raw.runQuery({
      from: FROM,
      findNearest: {
        vectorField: { fieldPath: "v" },
        queryVector: one,
        distanceMeasure: "EUCLIDEAN",
        limit: { value: 1 },
        ...search,
      },
      ...rest,
    }),
});

/** Vectors, which are maps of a reserved form, where Firestore takes them and where not. */
export const vectors: RequestCase[] = [
  stored("of doubles", vector(double(1), double(-0), double(Number.POSITIVE_INFINITY))),
  stored("of integers", vector(int(1), int(2))),
  stored("of nothing", vector()),
  stored("with NaN", vector(double(Number.NaN))),
  stored("with a text", vector(text("1"))),
  stored("with null", vector(NULL)),
  stored("with an array", vector(list(double(1)))),
  stored("with a vector", vector(one)),
  stored("of 2,048 numbers", long(2_048)),
  stored("of 2,049 numbers", long(2_049)),
  stored("with another key", map({ __type__: text("__vector__"), value: list(double(1)), more: int(1) })),
  stored("without elements", map({ __type__: text("__vector__") })),
  stored("with a scalar for elements", map({ __type__: text("__vector__"), value: double(1) })),
  stored("of another type", typed(text("__other__"), double(1))),
  stored("of a type that is no text", typed(int(1), double(1))),
  stored("in an array", list(one)),
  stored("in a map", map({ x: one })),
  stored("in a map in an array", list(map({ x: one }))),
  write("a vector appended to an array", (raw) => [
    {
      operation: "transform",
      transform: {
        document: `${raw.root}/w/v`,
        fieldTransforms: [
          { fieldPath: "list", transformType: "appendMissingElements", appendMissingElements: { values: [one] } },
        ],
      },
    },
  ]),
  compared("equal to a vector", "EQUAL", one),
  compared("above a vector", "GREATER_THAN", one),
  compared("above a vector with NaN", "GREATER_THAN", vector(double(Number.NaN))),
  compared("above a vector with a text", "GREATER_THAN", vector(text("1"))),
  compared("above a map of another type", "GREATER_THAN", typed(text("__other__"), double(1))),
  compared("in vectors", "IN", list(one)),
  compared("array-contains a vector", "ARRAY_CONTAINS", one),
  searched("plain", {}),
  searched("without a measure", { distanceMeasure: "DISTANCE_MEASURE_UNSPECIFIED" }),
  searched("without a limit", { limit: undefined }),
  searched("with limit 0", { limit: { value: 0 } }),
  searched("with limit 1,000", { limit: { value: 1_000 } }),
  searched("with limit 1,001", { limit: { value: 1_001 } }),
  searched("without a vector", { queryVector: undefined }),
  searched("for an array", { queryVector: list(double(1)) }),
  searched("for integers", { queryVector: vector(int(1)) }),
  searched("for NaN", { queryVector: vector(double(Number.NaN)) }),
  searched("for nothing", { queryVector: vector() }),
  searched("for 2,049 numbers", { queryVector: long(2_049) }),
  searched("without a field", { vectorField: undefined }),
  searched("in names", { vectorField: { fieldPath: "__name__" } }),
  searched("in a reserved field", { vectorField: { fieldPath: "__x__" } }),
  searched("with a reserved result field", { distanceResultField: "__x__" }),
  searched("with a result field inside another", { distanceResultField: "x.y" }),
  searched("with a threshold below zero", { distanceThreshold: { value: -1 } }),
  searched("with the threshold NaN", { distanceThreshold: { value: Number.NaN } }),
  searched("with a query limit", {}, { limit: { value: 1 } }),
  searched("with a query limit of 0", {}, { limit: { value: 0 } }),
  searched("with a query offset", {}, { offset: 1 }),
  searched("with a start", {}, { orderBy: [order("a")], startAt: { values: [int(1)], before: true } }),
  searched("with an end", {}, { orderBy: [order("a")], endAt: { values: [int(1)], before: true } }),
  searched("with an order", {}, { orderBy: [order("a")] }),
  searched("with an inequality", {}, { where: where("a", "GREATER_THAN", int(0)) }),
  searched("of every collection", {}, { from: [{ allDescendants: true }] }),
  {
    name: "count of a search",
    send: (raw) =>
      raw.aggregate({
        structuredQuery: {
          from: FROM,
          findNearest: {
            vectorField: { fieldPath: "v" },
            queryVector: one,
            distanceMeasure: "EUCLIDEAN",
            limit: { value: 1 },
          },
        },
        aggregations: [{ alias: "n", operator: "count", count: {} }],
      }),
  },
];
