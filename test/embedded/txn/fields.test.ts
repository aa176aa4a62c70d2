import { expect, it } from "vitest";
import type { FieldPath } from "../../../src/embedded/encoding/field-path.js";
import { projectFields } from "../../../src/embedded/encoding/fields.js";
import type { Fields, FieldTransform } from "../../../src/embedded/encoding/messages.js";
import { fieldsAfter } from "../../../src/embedded/txn/planned-write.js";
import { int, map } from "../differential/requests/parts.js";

/* Changes of many fields, and what they leave alone. What they make is compared with the official emulator elsewhere. */

/** Made anew for every field, a map of this size would keep a test busy past its time. */
const MANY = 10_000;
const names = Array.from({ length: MANY }, (_, n) => `f${n}`);
const fields: Fields = Object.fromEntries(names.map((name, n) => [name, int(n)]));
const paths: FieldPath[] = names.map((name) => ["m", name]);
const transforms: FieldTransform[] = names.map((name) => ({
  fieldPath: `m.${name}`,
  transformType: "increment",
  increment: int(1),
}));

it("many fields of one map are set, deleted, transformed and chosen in one go", () => {
  const whole = { m: map(fields) };
  const change = (given: Fields, mask: FieldPath[], more: FieldTransform[] = []) =>
    fieldsAfter({ fields: given, mask, transforms: more }, { m: map({ ...fields, kept: int(1) }) }, {}).fields;
  expect(change(whole, paths)).toEqual({ m: map({ ...fields, kept: int(1) }) });
  expect(change({}, paths)).toEqual({ m: map({ kept: int(1) }) });
  expect(change({}, [], transforms).m).toMatchObject(map({ f0: int(1), f9999: int(10_000), kept: int(1) }));
  expect(projectFields(whole, paths)).toEqual(whole);
});

it("a change leaves the fields it came to and those it was given as they are", () => {
  const before = () => ({ m: map({ a: map({ b: int(1), c: int(2) }), d: int(3) }), e: int(4) });
  const given = () => ({ m: map({ a: map({ b: int(5) }) }) });
  const [stored, written] = [before(), given()];
  const mask = [["m", "a", "c"], ["e"], ["m", "a"], ["m", "a", "b"]];
  const increment = (fieldPath: string): FieldTransform => ({
    fieldPath,
    transformType: "increment",
    increment: int(1),
  });
  const change = { fields: written, mask, transforms: [increment("m.a.b"), increment("m.d"), increment("m.a.new")] };
  const changed = { m: map({ a: map({ b: int(6), new: int(1) }), d: int(4) }) };
  expect(fieldsAfter(change, stored, {}).fields).toEqual(changed);
  expect(fieldsAfter({ ...change, mask: undefined }, stored, {}).fields).toEqual({
    m: map({ a: map({ b: int(6), new: int(1) }), d: int(1) }),
  });
  expect([stored, written]).toEqual([before(), given()]);
});

it("names that objects have of their own are names of fields like others", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const own: Fields = Object.fromEntries([[name, map(Object.fromEntries([[name, int(1)]]))]]);
    const mask = [[name, name]];
    const { fields: set } = fieldsAfter({ fields: own, mask, transforms: [] }, {}, {});
    expect(Object.entries(set), name).toEqual(Object.entries(own));
    expect(Object.entries(projectFields(own, mask)), name).toEqual(Object.entries(own));
    expect(projectFields({}, mask), name).toEqual({});
    const { fields: left } = fieldsAfter({ fields: {}, mask: [[name]], transforms: [] }, own, {});
    expect(Object.keys(left), name).toEqual([]);
  }
});
