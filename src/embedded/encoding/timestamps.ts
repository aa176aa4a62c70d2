import { invalidRequest } from "../errors.js";
import type { Timestamp } from "./messages.js";

const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/**
 * Microseconds since the epoch as a protobuf timestamp.
 * https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
export function fromMicros(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds: String(seconds), nanos: (micros - seconds * 1_000_000) * 1_000 };
}

/** A protobuf timestamp as whole microseconds since the epoch; Firestore keeps no finer time. */
export function toMicros(timestamp: Timestamp): number {
  return Number(timestamp.seconds ?? 0) * 1_000_000 + Math.floor((timestamp.nanos ?? 0) / 1_000);
}

/** Refuses times outside the years 1 to 9999; returns the time cut to microseconds. */
export function checkTimestamp(timestamp: Timestamp): Timestamp {
  const seconds = Number(timestamp.seconds ?? 0);
  const nanos = timestamp.nanos ?? 0;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
    throw invalidRequest("A timestamp must lie in the years 1 to 9999.");
  }
  return { seconds: String(seconds), nanos: nanos - (nanos % 1_000) };
}
