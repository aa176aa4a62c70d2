import type { FieldPath } from "../encoding/field-path.js";
import { draftOf } from "../encoding/fields.js";
import type { Fields } from "../encoding/messages.js";
import { fieldAt } from "../index/keys.js";

/**
 * The given fields alone, for `select` and document masks.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#documentmask
 */
export function projectFields(fields: Fields, paths: readonly FieldPath[]): Fields {
  const projection = draftOf({});
  for (const path of paths) {
    const value = fieldAt(fields, path);
    if (value) projection.set(path, value);
  }
  return projection.fields;
}
