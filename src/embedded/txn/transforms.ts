import { parseFieldPath } from "../encoding/field-path.js";
import type { Draft } from "../encoding/fields.js";
import { fieldAt } from "../encoding/fields.js";
import type { FieldTransform, Timestamp, Value } from "../encoding/messages.js";
import { compareValues, encodeValue } from "../encoding/ordered-encoding.js";
import { checkedValue } from "../encoding/validate-fields.js";
import { invalidRequest } from "../errors.js";

const NULL: Value = { valueType: "nullValue", nullValue: "NULL_VALUE" };
const LARGEST_INT = 2n ** 63n - 1n;
const SMALLEST_INT = -(2n ** 63n);

/**
 * Applies field transforms in their order and gives one result for each, as in
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#fieldtransform.
 * `requestTime` is what server timestamps become.
 */
export function applyTransforms(draft: Draft, transforms: readonly FieldTransform[], requestTime: Timestamp): Value[] {
  return transforms.map((transform) => {
    const path = parseFieldPath(transform.fieldPath ?? "");
    const [value, reported] = transformed(fieldAt(draft.fields, path), transform, requestTime);
    draft.set(path, value);
    return reported;
  });
}

/** The new value of a field, and what the write result says about it. */
function transformed(current: Value | undefined, transform: FieldTransform, now: Timestamp): [Value, Value] {
  const elements = (array: { values?: Value[] } | undefined): Value[] => (array?.values ?? []).map(checkedValue);
  switch (transform.transformType) {
    case "setToServerValue": {
      if (transform.setToServerValue !== "REQUEST_TIME") throw invalidRequest("Unknown server value.");
      const time: Value = { valueType: "timestampValue", timestampValue: now };
      return [time, time];
    }
    case "increment":
      return twice(increment(current, numeric(transform.increment)));
    case "maximum":
      return twice(extreme(current, numeric(transform.maximum), 1));
    case "minimum":
      return twice(extreme(current, numeric(transform.minimum), -1));
    case "appendMissingElements":
      return [union(arrayOf(current), elements(transform.appendMissingElements)), NULL];
    case "removeAllFromArray":
      return [without(arrayOf(current), elements(transform.removeAllFromArray)), NULL];
    default:
      throw invalidRequest("A field transform has no type.");
  }
}

function twice(value: Value): [Value, Value] {
  return [value, value];
}

function numeric(value: Value | undefined): Value {
  if (value?.valueType !== "integerValue" && value?.valueType !== "doubleValue") {
    throw invalidRequest("The operand of a numeric transform must be a number.");
  }
  return value;
}

function increment(current: Value | undefined, by: Value): Value {
  if (current?.valueType === "integerValue" && by.valueType === "integerValue") {
    const sum = BigInt(current.integerValue) + BigInt(by.integerValue);
    // Production and emulator stop at the ends of the 64-bit range instead of wrapping around.
    const bounded = sum > LARGEST_INT ? LARGEST_INT : sum < SMALLEST_INT ? SMALLEST_INT : sum;
    return { valueType: "integerValue", integerValue: String(bounded) };
  }
  const left = asDouble(current);
  const right = asDouble(by);
  if (left === undefined || right === undefined) return by;
  return { valueType: "doubleValue", doubleValue: left + right };
}

function extreme(current: Value | undefined, operand: Value, sign: 1 | -1): Value {
  const left = asDouble(current);
  if (!current || left === undefined) return operand;
  if (Number.isNaN(left)) return current;
  if (Number.isNaN(asDouble(operand))) return operand;
  // Equal numbers of different types, and 0 and -0, keep the stored one.
  return Math.sign(compareValues(operand, current)) === sign ? operand : current;
}

function asDouble(value: Value | undefined): number | undefined {
  if (value?.valueType === "integerValue") return Number(value.integerValue);
  return value?.valueType === "doubleValue" ? value.doubleValue : undefined;
}

function arrayOf(current: Value | undefined): Value[] {
  return current?.valueType === "arrayValue" ? (current.arrayValue.values ?? []) : [];
}

function union(current: readonly Value[], added: readonly Value[]): Value {
  const known = new Set(current.map(identity));
  const values = [...current];
  for (const value of added) {
    if (known.has(identity(value))) continue;
    known.add(identity(value));
    values.push(value);
  }
  return { valueType: "arrayValue", arrayValue: { values } };
}

function without(current: readonly Value[], removed: readonly Value[]): Value {
  const gone = new Set(removed.map(identity));
  const values = current.filter((value) => !gone.has(identity(value)));
  return { valueType: "arrayValue", arrayValue: { values } };
}

function identity(value: Value): string {
  return encodeValue(value).toString("latin1");
}
