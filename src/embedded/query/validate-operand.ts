import { checkName } from "../encoding/field-path.js";
import type { Fields, Value } from "../encoding/messages.js";
import { vectorElements } from "../encoding/ordered-encoding.js";
import { checkIds, parseDocumentName } from "../encoding/resource-path.js";
import { checkTimestamp } from "../encoding/timestamps.js";
import { checkGeoPoint, checkVector } from "../encoding/validate-fields.js";
import { invalidRequest } from "../errors.js";

/**
 * Refuses with INVALID_ARGUMENT a value that nothing can be compared with. More is allowed than in a document: arrays
 * in arrays, empty keys, any depth, NaN in vectors.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#value
 */
export function checkOperand(value: Value): void {
  switch (value.valueType) {
    case "timestampValue":
      checkTimestamp(value.timestampValue);
      return;
    case "referenceValue":
      return checkIds(parseDocumentName(value.referenceValue));
    case "geoPointValue":
      return checkGeoPoint(value.geoPointValue);
    case "arrayValue":
      for (const element of value.arrayValue.values ?? []) checkOperand(element);
      return;
    case "mapValue":
      return checkMap(value.mapValue.fields ?? {});
    case undefined:
      throw invalidRequest("A value has no type.");
  }
}

function checkMap(fields: Fields): void {
  const vector = vectorElements(fields);
  if (vector) return checkVector(fields, vector);
  const type = fields.__type__;
  // Maps of other types than vectors can be looked for, although none can be stored.
  const ofOtherType = type?.valueType === "stringValue" && type.stringValue !== "__vector__";
  for (const [name, one] of Object.entries(fields)) {
    if (!ofOtherType) checkName(name);
    checkOperand(one);
  }
}
