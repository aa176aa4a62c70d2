import type { Value } from "../../../../src/embedded/encoding/messages.js";
import { double, FROM, int, list, map, NULL, type RequestCase, text, where, write } from "./parts.js";

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
];
