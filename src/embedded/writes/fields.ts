import type { FieldPath } from "../paths/field-path.js";
import type { Fields, Value } from "../protocol/types.js";

/**
 * The fields with one value set; maps on the way are made, anything else there gives way to a map.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#documentmask
 */
export function setField(fields: Fields, path: FieldPath, value: Value): Fields {
  const [name = "", ...rest] = path;
  if (rest.length === 0) return { ...fields, [name]: value };
  return { ...fields, [name]: mapOf(setField(childFields(fields, name) ?? {}, rest, value)) };
}

/** The fields without one value; maps on the way stay, even when that empties them. */
export function deleteField(fields: Fields, path: FieldPath): Fields {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    const { [name]: _removed, ...others } = fields;
    return others;
  }
  const child = childFields(fields, name);
  return child ? { ...fields, [name]: mapOf(deleteField(child, rest)) } : fields;
}

function childFields(fields: Fields, name: string): Fields | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value?.valueType === "mapValue" ? (value.mapValue.fields ?? {}) : undefined;
}

function mapOf(fields: Fields): Value {
  return { valueType: "mapValue", mapValue: { fields } };
}
