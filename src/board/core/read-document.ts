import type { z } from "zod";
import type { Snapshot } from "../../firestore/store.js";
import type { Stored } from "../model/fields.js";
import { BoardError } from "./errors.js";

/** What a list leaves out and why, in words for `warnings`. */
export interface Readable<T> {
  rows: Stored<T>[];
  warnings: string[];
}

/**
 * Reads one document, as much of it as the schema has: one that was read by a mask takes a schema of that mask
 * (model/masked.ts), and only its fields are looked at. Throws `corrupt_document`, naming the fields, when one has a
 * wrong type.
 */
export function readDocument<S extends z.ZodObject>(schema: S, noun: string, snapshot: Snapshot): Stored<z.output<S>> {
  const parsed = schema.safeParse(snapshot.data(Object.keys(schema.shape)));
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
export function readMended<S extends z.ZodObject>(schema: S, snapshot: Snapshot): Stored<z.output<S>> {
  const fields = snapshot.data(Object.keys(schema.shape)) ?? {};
  const wrong = new Set(schema.safeParse(fields).error?.issues.map(({ path }) => path[0]));
  const sound = Object.entries(fields).filter(([field]) => !wrong.has(field));
  return { ...schema.parse(Object.fromEntries(sound)), id: snapshot.id };
}

/** Reads the documents of a list; those with a field of a wrong type are left out and named (docs/contracts.md 1). */
export function readDocuments<S extends z.ZodObject>(
  schema: S,
  noun: string,
  snapshots: readonly Snapshot[],
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
