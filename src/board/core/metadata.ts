import { LIMITS } from "../model/limits.js";
import { invalidArgument } from "./errors.js";
import { jsonBytes } from "./tokens.js";

/** Free-form data: what JSON can hold. */
export type Metadata = Record<string, unknown>;

/** Merges shallowly; a null deletes its key (docs/contracts.md 3). */
export function mergeMetadata(current: Metadata, change: Metadata): Metadata {
  const kept = Object.entries({ ...current, ...change }).filter(([key]) => change[key] !== null);
  return Object.fromEntries(kept);
}

/**
 * Merges a change into the stored value of a map field itself: what a lead put there that JSON lacks (a time, a place)
 * stays what it is, where the value as we read it would store it again as text.
 */
export function mergeStored(stored: unknown, change: Metadata): Metadata {
  return mergeMetadata(typeof stored === "object" && stored !== null ? (stored as Metadata) : {}, change);
}

/** Refuses free-form data over the size limit with `invalid_argument`, also when only a merge made it so large. */
export function checkMetadataSize(name: string, value: Metadata): void {
  if (jsonBytes(value) > LIMITS.metadata)
    throw invalidArgument(`${name} would be larger than ${LIMITS.metadata / 1024} KB of JSON.`);
}

/**
 * What free-form data may not hold (docs/contracts.md 1, and https://firebase.google.com/docs/firestore/quotas on map
 * keys); the first fault in words, or null.
 */
export function metadataFault(value: unknown, depth = 1): string | null {
  if (typeof value === "string") return value.isWellFormed() ? null : "has text that is not valid Unicode";
  if (typeof value === "number") return Number.isFinite(value) ? null : "has a number too large for JSON";
  if (typeof value !== "object" || value === null) return null;
  if (depth > LIMITS.metadataDepth) return `is nested deeper than ${LIMITS.metadataDepth} levels`;
  if (Array.isArray(value)) {
    if (value.some(Array.isArray)) return "has an array directly inside an array";
    return firstFault(value, depth);
  }
  const badKey = Object.keys(value)
    .map(keyFault)
    .find((fault) => fault !== null);
  return badKey ?? firstFault(Object.values(value), depth);
}

function firstFault(values: unknown[], depth: number): string | null {
  for (const value of values) {
    const fault = metadataFault(value, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function keyFault(key: string): string | null {
  if (key === "") return "has an empty key";
  if (!key.isWellFormed()) return "has a key that is not valid Unicode";
  if (/^__.*__$/s.test(key)) return "has a key of the reserved form __name__";
  return Buffer.byteLength(key) > 1_500 ? "has a key longer than 1,500 bytes" : null;
}
