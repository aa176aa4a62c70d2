/*
 * The times that Firestore can store: the years 1 to 9999
 * (https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp). This file imports nothing, so that every folder
 * may import it.
 */

/** The beginning of 0001-01-01 UTC, in seconds since 1970. */
export const FIRST_SECOND = -62_135_596_800;
/** The last second of 9999-12-31 UTC, in seconds since 1970. */
export const LAST_SECOND = 253_402_300_799;

/** Whether Firestore can store a time; false for an invalid Date. */
export function isStorableTime(time: Date): boolean {
  const second = Math.floor(time.getTime() / 1_000);
  return second >= FIRST_SECOND && second <= LAST_SECOND;
}
