import { MAX_FIELD_PATH_BYTES, tooLongPath } from "../encoding/field-path.js";
import type { Fields, Value } from "../encoding/messages.js";
import { mapFields } from "../encoding/order.js";

/**
 * Refuses fields of which one, those of maps in arrays included, has a path of over 1,500 bytes: its names and the dots
 * between them. Throws INVALID_ARGUMENT.
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
export function checkPathSizes(fields: Fields): void {
  checkBelow(fields, 0);
}

function checkBelow(fields: Fields, above: number): void {
  for (const [name, value] of Object.entries(fields)) {
    const bytes = above + Buffer.byteLength(name);
    if (bytes > MAX_FIELD_PATH_BYTES) throw tooLongPath();
    checkInside(value, bytes + 1);
  }
}

function checkInside(value: Value, above: number): void {
  const fields = mapFields(value);
  if (fields) checkBelow(fields, above);
  if (value.valueType === "arrayValue")
    for (const element of value.arrayValue.values ?? []) checkInside(element, above);
}
