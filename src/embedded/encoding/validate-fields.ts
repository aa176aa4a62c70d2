import { invalidRequest } from "../errors.js";
import { documentSize } from "./document-size.js";
import { checkName, MAX_FIELD_PATH_BYTES, tooLongPath } from "./field-path.js";
import type { Fields, LatLng, Value } from "./messages.js";
import { mapFields, vectorElements } from "./ordered-encoding.js";
import { checkDepth, checkIds, parseDocumentName, type ResourcePath } from "./resource-path.js";
import { checkTimestamp } from "./timestamps.js";

/*
 * Limits of documents: https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields.
 */

const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_FIELD_NAME_BYTES = 1_500;
const MAX_DEPTH = 20;
const MAX_DIMENSIONS = 2_048;

/** Refuses fields that Firestore would not store; returns them with times cut to microseconds. */
export function checkedFields(fields: Fields): Fields {
  return checkMap(fields, 0);
}

/** The same for one value, as an operand of a transform. */
export function checkedValue(value: Value): Value {
  return checkValue(value, 1, false);
}

/** Refuses a document over 1 MiB, its name included. */
export function checkDocumentSize(path: ResourcePath, fields: Fields): void {
  const size = documentSize(path, fields);
  if (size > MAX_DOCUMENT_BYTES) {
    throw invalidRequest(`Document has ${size} bytes, which is over the maximum of ${MAX_DOCUMENT_BYTES} bytes.`);
  }
}

/**
 * Refuses a vector (the fields of its map and what `vectorElements` finds in them) that is not of 1 to 2,048 doubles:
 * https://firebase.google.com/docs/firestore/vector-search#write_operation.
 */
export function checkVector(fields: Fields, elements: readonly Value[]): void {
  if (elements.some(({ valueType }) => valueType !== "doubleValue"))
    throw invalidRequest("A vector holds doubles only.");
  if (Object.keys(fields).length > 2) throw invalidRequest("A vector has no further fields.");
  if (elements.length === 0) throw invalidRequest("A vector has at least one dimension.");
  if (elements.length > MAX_DIMENSIONS) throw invalidRequest(`A vector may have at most ${MAX_DIMENSIONS} dimensions.`);
}

/**
 * Refuses fields of which one, those of maps in arrays included, has a path of over 1,500 bytes: its names and the dots
 * between them. Throws INVALID_ARGUMENT.
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
export function checkPathSizes(fields: Fields): void {
  checkPathsBelow(fields, 0);
}

/** Refuses references to what can be no document. */
function checkReference(name: string): void {
  const path = parseDocumentName(name);
  checkIds(path);
  checkDepth(path);
}

/** Refuses places that are not on the globe. */
export function checkGeoPoint({ latitude = 0, longitude = 0 }: LatLng): void {
  if (!(Math.abs(latitude) <= 90)) throw invalidRequest("A latitude must lie between -90 and 90.");
  if (!(Math.abs(longitude) <= 180)) throw invalidRequest("A longitude must lie between -180 and 180.");
}

/** Refuses field names that are empty, reserved (`__name__` and the like) or over 1,500 bytes. */
export function checkFieldName(name: string): void {
  if (name === "") throw invalidRequest("A field name is empty.");
  checkName(name);
  if (Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES) throw invalidRequest("A field name may hold at most 1500 bytes.");
  checkText(name);
}

function checkMap(fields: Fields, depth: number): Fields {
  if (depth > MAX_DEPTH) throw invalidRequest(`Maps and arrays may nest at most ${MAX_DEPTH} levels.`);
  const result: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    checkFieldName(name);
    result[name] = checkValue(value, depth + 1, false);
  }
  return result;
}

function checkValue(value: Value, depth: number, insideArray: boolean): Value {
  switch (value.valueType) {
    case "timestampValue":
      return { ...value, timestampValue: checkTimestamp(value.timestampValue) };
    case "stringValue":
      checkText(value.stringValue);
      return value;
    case "referenceValue":
      checkReference(value.referenceValue);
      return value;
    case "geoPointValue":
      checkGeoPoint(value.geoPointValue);
      return value;
    case "arrayValue": {
      if (insideArray) throw invalidRequest("Cannot convert an array value in an array value.");
      if (depth > MAX_DEPTH) throw invalidRequest(`Maps and arrays may nest at most ${MAX_DEPTH} levels.`);
      const values = value.arrayValue.values ?? [];
      return { ...value, arrayValue: { values: values.map((element) => checkValue(element, depth + 1, true)) } };
    }
    case "mapValue": {
      const fields = value.mapValue.fields ?? {};
      const vector = vectorElements(fields);
      if (vector) {
        if (insideArray) throw invalidRequest("Cannot convert a vector value in an array value.");
        checkVector(fields, vector);
        if (vector.some((one) => one.valueType === "doubleValue" && Number.isNaN(one.doubleValue)))
          throw invalidRequest("A vector cannot hold NaN.");
        return value;
      }
      return { ...value, mapValue: { fields: checkMap(fields, depth) } };
    }
    case undefined:
      throw invalidRequest("A value has no type.");
    default:
      return value;
  }
}

function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw invalidRequest("A text is not valid UTF-8: it holds half of a surrogate pair.");
}

function checkPathsBelow(fields: Fields, above: number): void {
  for (const [name, value] of Object.entries(fields)) {
    const bytes = above + Buffer.byteLength(name);
    if (bytes > MAX_FIELD_PATH_BYTES) throw tooLongPath();
    checkPathsInside(value, bytes + 1);
  }
}

function checkPathsInside(value: Value, above: number): void {
  const fields = mapFields(value);
  if (fields) checkPathsBelow(fields, above);
  if (value.valueType === "arrayValue")
    for (const element of value.arrayValue.values ?? []) checkPathsInside(element, above);
}
