import { invalidArgument } from "../errors.js";
import type { FieldPath } from "../paths/field-path.js";
import type { Fields, Value } from "../protocol/types.js";
import { mapFields } from "../values/order.js";

/** https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
const MAX_PATH_BYTES = 1_500;

/** Refuses a field path whose names and the dots between them have over 1,500 bytes. Throws INVALID_ARGUMENT. */
export function checkPathSize(path: FieldPath): void {
  checkBytes(Buffer.byteLength(path.join(".")));
}

/** The same for the path of every field of a document, those of maps in arrays included. */
export function checkPathSizes(fields: Fields): void {
  checkBelow(fields, 0);
}

function checkBelow(fields: Fields, above: number): void {
  for (const [name, value] of Object.entries(fields)) {
    const bytes = above + Buffer.byteLength(name);
    checkBytes(bytes);
    checkInside(value, bytes + 1);
  }
}

function checkInside(value: Value, above: number): void {
  const fields = mapFields(value);
  if (fields) checkBelow(fields, above);
  if (value.valueType === "arrayValue")
    for (const element of value.arrayValue.values ?? []) checkInside(element, above);
}

function checkBytes(bytes: number): void {
  if (bytes > MAX_PATH_BYTES) throw invalidArgument(`A field path may have at most ${MAX_PATH_BYTES} bytes.`);
}
