import { type FieldPath, formatFieldPath, parseFieldPath } from "../encoding/field-path.js";
import { draftOf, fieldAt } from "../encoding/fields.js";
import type { Fields, FieldTransform, Precondition, Timestamp, Value, Write } from "../encoding/messages.js";
import { checkDepth, checkIds, parseDocumentName, type ResourcePath } from "../encoding/resource-path.js";
import { checkedFields, checkFieldName, checkPathSizes } from "../encoding/validate-fields.js";
import { invalidRequest } from "../errors.js";
import { checkedPrecondition } from "./precondition.js";
import { applyTransforms } from "./transforms.js";

/** https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const MAX_TRANSFORMS = 500;

/** A write, checked as far as that is possible without looking at the document. */
export interface PlannedWrite {
  path: ResourcePath;
  precondition: Precondition | undefined;
  /** "none": the write only demands its precondition. */
  change: Change | "delete" | "none";
}

interface Change {
  fields: Fields;
  /** Without a mask the document is replaced, else these fields are taken over or deleted. */
  mask: readonly FieldPath[] | undefined;
  transforms: readonly FieldTransform[];
}

/** Reads a Write: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#write. */
export function planWrite(write: Write): PlannedWrite {
  const precondition = checkedPrecondition(write.currentDocument);
  if (write.operation !== "update" && (write.updateMask || write.updateTransforms?.length)) {
    throw invalidRequest("Only an update takes a mask and transforms beside it.");
  }
  switch (write.operation) {
    case "update": {
      const path = writtenPath(write.update?.name);
      const fields = checkedFields(write.update?.fields ?? {});
      checkPathSizes(fields);
      const mask = write.updateMask && (write.updateMask.fieldPaths ?? []).map(checkedFieldPath);
      const transforms = checkTransforms(write.updateTransforms ?? []);
      return { path, precondition, change: { fields, mask, transforms } };
    }
    case "delete":
      return { path: documentPath(write.delete), precondition, change: "delete" };
    case "transform": {
      const path = writtenPath(write.transform?.document);
      const transforms = checkTransforms(write.transform?.fieldTransforms ?? []);
      if (transforms.length === 0) throw invalidRequest("A transform names at least one field.");
      return { path, precondition, change: { fields: {}, mask: [], transforms } };
    }
    case "verify":
      if (!precondition) throw invalidRequest("A verify needs a precondition.");
      return { path: documentPath(write.verify), precondition, change: "none" };
    default:
      throw invalidRequest("A write is an update, a delete, a transform or a verify.");
  }
}

/** The fields after a change of a document that had `before` (none: it did not exist). */
export function fieldsAfter(
  change: Change,
  before: Fields | undefined,
  requestTime: Timestamp,
): { fields: Fields; results: Value[] } {
  const draft = draftOf(change.mask ? (before ?? {}) : change.fields);
  for (const path of change.mask ?? []) {
    const value = fieldAt(change.fields, path);
    if (value) draft.set(path, value);
    else draft.remove(path);
  }
  const results = applyTransforms(draft, change.transforms, requestTime);
  return { fields: draft.fields, results };
}

function documentPath(name: string | undefined): ResourcePath {
  const path = parseDocumentName(name ?? "");
  checkIds(path);
  return path;
}

/** The path of a document that a write may make. */
function writtenPath(name: string | undefined): ResourcePath {
  const path = documentPath(name);
  checkDepth(path);
  return path;
}

function checkTransforms(transforms: readonly FieldTransform[]): readonly FieldTransform[] {
  if (transforms.length > MAX_TRANSFORMS) {
    throw invalidRequest(`At most ${MAX_TRANSFORMS} fields of a document may be transformed in one commit.`);
  }
  const paths = transforms.map(({ fieldPath = "" }) => formatFieldPath(checkedFieldPath(fieldPath)));
  // With a dot at its end and sorted, a field inside another one comes directly after it.
  const ended = paths.map((path) => `${path}.`).sort();
  for (const [index, path] of ended.entries()) {
    const next = ended[index + 1];
    if (next !== path && next?.startsWith(path)) {
      throw invalidRequest("A field and one inside it cannot be transformed by one write.");
    }
  }
  return transforms;
}

function checkedFieldPath(text: string): FieldPath {
  const path = parseFieldPath(text);
  for (const name of path) checkFieldName(name);
  return path;
}
