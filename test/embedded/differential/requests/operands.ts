import type { Value } from "../../../../src/embedded/encoding/messages.js";
import type { RawClient } from "../../support/raw.js";
import { double, int, list, map, NULL, order, query, type RequestCase, text, where } from "./parts.js";

const UNTYPED = {} as Value;
const time = (seconds: string, nanos = 0): Value => ({
  valueType: "timestampValue",
  timestampValue: { seconds, nanos },
});
const place = (latitude: number, longitude: number): Value => ({
  valueType: "geoPointValue",
  geoPointValue: { latitude, longitude },
});
const typed = (type: Value, value: Value): Value => map({ __type__: type, value });
const vector = (...elements: Value[]): Value => typed(text("__vector__"), list(...elements));
const named = (referenceValue: string): Value => ({ valueType: "referenceValue", referenceValue });
const deep = Array.from({ length: 25 }).reduce<Value>((value) => map({ a: value }), int(1));

/** Values at and over the limits of what can be compared. */
const VALUES: Record<string, Value | ((raw: RawClient) => Value)> = {
  "a value without type": UNTYPED,
  "a list with a value without type": list(UNTYPED, int(1)),
  "a map with a value without type": map({ x: UNTYPED }),
  "a time before year 1": time("-62135596801"),
  "the first time": time("-62135596800"),
  "the last time": time("253402300799", 999_999_999),
  "a time after year 9999": time("253402300800"),
  "negative nanoseconds": time("1", -1),
  "a second of nanoseconds": time("1", 1_000_000_000),
  "a latitude of 90": place(90, 180),
  "a latitude over 90": place(90.5, 0),
  "a longitude under -180": place(0, -180.5),
  "a latitude of NaN": place(Number.NaN, 0),
  "a place off the map in a list": list(place(91, 0)),
  "a reference to the root": ({ root }) => named(root),
  "a reference to a collection": ({ root }) => named(`${root}/c`),
  "a reference to a document below": ({ root }) => named(`${root}/c/a/d/b`),
  "a reference to a reserved id": ({ root }) => named(`${root}/c/__x__`),
  "a reference to a numeric id": ({ root }) => named(`${root}/c/__id7__`),
  "a reference to an id of 1,501 bytes": ({ root }) => named(`${root}/c/${"i".repeat(1_501)}`),
  "a reference into a reserved collection": ({ root }) => named(`${root}/__c__/x`),
  "a reference to another database": () => named("projects/other/databases/(default)/documents/c/a"),
  "no reference": () => named("x"),
  "a reserved key": map({ __x__: int(1) }),
  "a reserved key further down": list(map({ x: map({ __x__: int(1) }) })),
  "the key of four underscores": map({ ____: int(1) }),
  "an empty key": map({ "": int(1) }),
  "a text of 1,499 bytes": text("x".repeat(1_499)),
  "a text of 1,500 bytes": text("x".repeat(1_500)),
  "a long list": list(...Array.from({ length: 200 }, () => text("12345678"))),
  "a map with a long text": map({ x: text("é".repeat(800)) }),
  "an array in an array": list(list(int(1))),
  "25 levels": deep,
  "a vector without elements": vector(),
  "a vector with NaN": vector(double(Number.NaN)),
  "a vector of integers": vector(int(1)),
  "a vector of integers in an array": list(vector(int(1))),
  "a vector with another key": map({ __type__: text("__vector__"), value: list(double(1)), more: int(1) }),
  "a vector of a scalar": typed(text("__vector__"), double(1)),
  "a vector without a list": map({ __type__: text("__vector__") }),
  "a map of another type": typed(text("other"), int(1)),
  "a map of another type with a reserved key": map({ __type__: text("other"), __x__: int(1) }),
  "a map of a type that is no text": typed(int(1), list(double(1))),
};

/** Values in filters and cursors that Firestore accepts or refuses, whatever is stored. */
export const operands: RequestCase[] = Object.entries(VALUES).flatMap(([name, value]) => {
  const of = (raw: RawClient): Value => (typeof value === "function" ? value(raw) : value);
  return [
    query(`equal to ${name}`, (raw) => ({ where: where("a", "EQUAL", of(raw)) })),
    query(`in ${name}`, (raw) => ({ where: where("a", "IN", list(of(raw), int(1))) })),
    query(`to ${name} in a collection without documents`, (raw) => ({
      from: [{ collectionId: "empty" }],
      orderBy: [order("a"), order("b")],
      endAt: { values: [NULL, of(raw)] },
    })),
  ];
});
