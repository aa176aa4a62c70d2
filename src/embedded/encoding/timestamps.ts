import type { Timestamp } from "./messages.js";

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
