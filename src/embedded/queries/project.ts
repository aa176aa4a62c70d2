import { fieldAt } from "../indexes/keys.js";
import type { FieldPath } from "../paths/field-path.js";
import type { Fields } from "../protocol/types.js";
import { draftOf } from "../writes/fields.js";

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
