import { status } from "@grpc/grpc-js";
import { invalidArgument, StatusError } from "../errors.js";
import { fieldAt } from "../indexes/keys.js";
import { type FieldPath, parseFieldPath } from "../paths/field-path.js";
import { checkIds, formatPath, parseDocumentName, type ResourcePath } from "../paths/names.js";
import { toMicros } from "../protocol/timestamps.js";
import type { Fields, FieldTransform, Precondition, Timestamp, Value, Write } from "../protocol/types.js";
import { checkedFields, checkFieldName } from "../values/validate.js";
import { draftOf } from "./fields.js";
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

/** A document as a write comes to it. */
export interface Found {
  /** Whether it exists now, after the writes of the same commit so far. */
  exists: boolean;
  /** Microseconds, before the commit; none when it did not exist. */
  updateTime: number | undefined;
}

/** Reads a Write: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#write. */
export function planWrite(write: Write): PlannedWrite {
  const precondition = write.currentDocument?.conditionType ? write.currentDocument : undefined;
  switch (write.operation) {
    case "update": {
      const path = documentPath(write.update?.name);
      const mask = write.updateMask && (write.updateMask.fieldPaths ?? []).map(checkedFieldPath);
      const transforms = checkTransforms(write.updateTransforms ?? []);
      return { path, precondition, change: { fields: checkedFields(write.update?.fields ?? {}), mask, transforms } };
    }
    case "delete":
      if (write.updateTransforms?.length) throw invalidArgument("A delete takes no transforms.");
      return { path: documentPath(write.delete), precondition, change: "delete" };
    case "transform": {
      const path = documentPath(write.transform?.document);
      const transforms = checkTransforms(write.transform?.fieldTransforms ?? []);
      return { path, precondition, change: { fields: {}, mask: [], transforms } };
    }
    case "verify":
      if (!precondition) throw invalidArgument("A verify needs a precondition.");
      if (write.updateTransforms?.length || write.updateMask) throw invalidArgument("A verify changes nothing.");
      return { path: documentPath(write.verify), precondition, change: "none" };
    default:
      throw invalidArgument("A write is an update, a delete, a transform or a verify.");
  }
}

/** Throws ALREADY_EXISTS, NOT_FOUND or FAILED_PRECONDITION when the document is not what the write expects. */
export function checkPrecondition(write: PlannedWrite, found: Found): void {
  const { precondition, path } = write;
  if (!precondition) return;
  const name = formatPath(path);
  if (precondition.conditionType === "exists") {
    if (precondition.exists && !found.exists) throw new StatusError(status.NOT_FOUND, `No document to update: ${name}`);
    if (!precondition.exists && found.exists)
      throw new StatusError(status.ALREADY_EXISTS, `Document already exists: ${name}`);
    return;
  }
  const expected = toMicros(precondition.updateTime ?? {});
  if (found.updateTime !== expected) {
    throw new StatusError(
      status.FAILED_PRECONDITION,
      `The stored version of ${name} does not match the update time that the write requires.`,
    );
  }
}

/** The fields after a change of a document that had `before` (none: it did not exist). */
export function changedFields(
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

function checkTransforms(transforms: readonly FieldTransform[]): readonly FieldTransform[] {
  if (transforms.length > MAX_TRANSFORMS) {
    throw invalidArgument(`At most ${MAX_TRANSFORMS} fields of a document may be transformed in one commit.`);
  }
  for (const transform of transforms) checkedFieldPath(transform.fieldPath ?? "");
  return transforms;
}

function checkedFieldPath(text: string): FieldPath {
  const path = parseFieldPath(text);
  for (const name of path) checkFieldName(name);
  return path;
}
