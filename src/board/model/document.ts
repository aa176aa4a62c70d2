import { z } from "zod";
import type { DocumentSnapshot } from "../../firestore/store.js";
import { BoardError } from "../errors.js";

/** A Firestore Timestamp, read as a Date (milliseconds). */
export const time = z
  .custom<{ toDate(): Date }>((value) => typeof (value as { toDate?: unknown } | null)?.toDate === "function")
  .transform((value) => value.toDate());

/** Building blocks for stored documents: a missing field reads as its default, a wrong type is an error. */
export const text = z.string().nullable().default(null);
export const moment = time.nullable().default(null);
export const map = z
  .record(z.string(), z.unknown())
  .nullable()
  .default(null)
  .transform((value) => plain(value ?? {}));
export const count = z.number().default(0);

/** A document's id with its fields. */
export type Stored<T> = T & { id: string };

/** What a list leaves out and why, in words for `warnings`. */
export interface Readable<T> {
  rows: Stored<T>[];
  warnings: string[];
}

/** Reads one document. Throws `corrupt_document`, naming the fields, when one has a wrong type. */
export function readDocument<S extends z.ZodType<object>>(
  schema: S,
  noun: string,
  snapshot: DocumentSnapshot,
): Stored<z.output<S>> {
  const parsed = schema.safeParse(snapshot.data());
  if (parsed.success) return { ...parsed.data, id: snapshot.id };
  const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))].sort();
  throw new BoardError(
    "corrupt_document",
    `The ${noun} ${snapshot.id} has a field of a wrong type: ${fields.join(", ")}.`,
    "A lead can correct the field in the Firebase console.",
  );
}

/**
 * Reads a document for a rule that no damage may switch off, such as the one active session of a project: a field of a
 * wrong type counts as missing. Only for schemas that have a default for each field.
 */
export function readMended<S extends z.ZodType<object>>(schema: S, snapshot: DocumentSnapshot): Stored<z.output<S>> {
  const fields = snapshot.data() ?? {};
  const wrong = new Set(schema.safeParse(fields).error?.issues.map(({ path }) => path[0]));
  const sound = Object.entries(fields).filter(([field]) => !wrong.has(field));
  return { ...schema.parse(Object.fromEntries(sound)), id: snapshot.id };
}

/** Reads the documents of a list; those with a field of a wrong type are left out and named (contracts.md 1). */
export function readDocuments<S extends z.ZodType<object>>(
  schema: S,
  noun: string,
  snapshots: readonly DocumentSnapshot[],
): Readable<z.output<S>> {
  const rows: Stored<z.output<S>>[] = [];
  const warnings: string[] = [];
  for (const snapshot of snapshots) {
    try {
      rows.push(readDocument(schema, noun, snapshot));
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      warnings.push(error.message);
    }
  }
  return { rows, warnings };
}

/** Free-form stored data as JSON: what a console user may have put in that JSON lacks becomes text or a plain object. */
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
