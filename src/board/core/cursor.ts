import { isPosition } from "../../firestore/query.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Position } from "../../firestore/store.js";
import { sha256 } from "./digest.js";
import { invalidArgument } from "./errors.js";

/** Where the next page begins: in which of a list's queries, and after which document. */
export interface Cursor {
  bucket: number;
  after: Position | null;
}

/** The cursor as text for `next_cursor`, bound to the list's filters. */
export function encodeCursor(cursor: Cursor, filters: object): string {
  return Buffer.from(JSON.stringify([fingerprint(filters), cursor.bucket, cursor.after])).toString("base64url");
}

/** Reads a cursor back. Throws `invalid_argument` when it is not one, or was given out for other filters. */
export function decodeCursor(text: string | undefined, filters: object, shapes: readonly ShapeName[]): Cursor {
  if (text === undefined) return { bucket: 0, after: null };
  const [print, bucket, after] = parse(text);
  const shape = typeof bucket === "number" ? shapes[bucket] : undefined;
  if (print !== fingerprint(filters) || shape === undefined || !isPosition(shape, after)) throw unknownCursor();
  return { bucket: bucket as number, after };
}

function parse(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    throw unknownCursor();
  }
}

function unknownCursor() {
  return invalidArgument(
    "cursor is not one that this list gave out for these filters.",
    "Pass next_cursor unchanged, with the same arguments, or leave cursor out.",
  );
}

function fingerprint(filters: object): string {
  return sha256(JSON.stringify(filters), "base64url").slice(0, 8);
}
