import { z } from "zod";

/** A Firestore Timestamp, read as a Date (milliseconds). */
export const timestamp = z
  .custom<{ toDate(): Date }>((value) => typeof (value as { toDate?: unknown } | null)?.toDate === "function")
  .transform((value) => value.toDate());

/** Building blocks for stored documents: a missing field reads as its default, a wrong type is an error. */
export const optionalText = z.string().nullable().default(null);
/** A timestamp; null when it is missing. */
export const optionalTimestamp = timestamp.nullable().default(null);
/** Free-form data as JSON; empty when it is missing. */
export const freeFormMap = z
  .record(z.string(), z.unknown())
  .nullable()
  .default(null)
  .transform((value) => plain(value ?? {}));
/** A list of texts; empty when it is missing. */
export const texts = z
  .array(z.string())
  .nullable()
  .default(null)
  .transform((list) => list ?? []);
/** A number; 0 when it is missing. */
export const counter = z.number().default(0);

/** A document's id with its fields. */
export type Stored<T> = T & { id: string };

/**
 * Free-form stored data as JSON: what a console user may have put in that JSON lacks becomes text or a plain object.
 */
export function plain(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (Object.getPrototypeOf(value) === Object.prototype) return plain(value as Record<string, unknown>);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  const special = value as { toDate?: () => Date; path?: string; latitude?: number; longitude?: number };
  if (special.toDate) return special.toDate().toISOString();
  if (special.latitude !== undefined) return { latitude: special.latitude, longitude: special.longitude };
  return special.path ?? String(value);
}
