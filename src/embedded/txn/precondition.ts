import { status } from "@grpc/grpc-js";
import type { Precondition, Timestamp } from "../encoding/messages.js";
import { formatPath, type ResourcePath } from "../encoding/resource-path.js";
import { checkTimestamp, toMicros } from "../encoding/timestamps.js";
import { invalidRequest, StatusError } from "../errors.js";

/*
 * What a write demands of the document that it comes to:
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#precondition.
 */

/** A document as a write comes to it. */
export interface Found {
  /** Whether it exists now, after the writes of the same commit so far. */
  exists: boolean;
  /** Microseconds, before the commit; none when it did not exist. */
  updateTime: number | undefined;
}

/**
 * Reads a precondition; undefined when it demands nothing. Throws INVALID_ARGUMENT for a time that no document can
 * have.
 */
export function checkedPrecondition(precondition: Precondition | undefined): Precondition | undefined {
  if (precondition?.conditionType === "updateTime") checkUpdateTime(precondition.updateTime ?? {});
  return precondition?.conditionType ? precondition : undefined;
}

/**
 * Throws ALREADY_EXISTS, NOT_FOUND or FAILED_PRECONDITION when the document is not what the write expects, and
 * INVALID_ARGUMENT when it expects a version that is still to come.
 */
export function checkPrecondition(precondition: Precondition | undefined, path: ResourcePath, found: Found): void {
  if (!precondition) return;
  const name = formatPath(path);
  if (precondition.conditionType === "exists") {
    if (precondition.exists && !found.exists) throw new StatusError(status.NOT_FOUND, `No document to update: ${name}`);
    if (!precondition.exists && found.exists)
      throw new StatusError(status.ALREADY_EXISTS, `Document already exists: ${name}`);
    return;
  }
  const expected = toMicros(precondition.updateTime ?? {});
  if (found.updateTime !== undefined && expected > found.updateTime) {
    throw invalidRequest(`The write requires a later update time than ${name} has.`);
  }
  if (found.updateTime !== expected) {
    throw new StatusError(
      status.FAILED_PRECONDITION,
      `The stored version of ${name} does not match the update time that the write requires.`,
    );
  }
}

function checkUpdateTime(time: Timestamp): void {
  checkTimestamp(time);
  if (Number(time.seconds ?? 0) < 0 || (time.nanos ?? 0) % 1_000 !== 0)
    throw invalidRequest("An update time is a number of whole microseconds since 1970.");
}
