import { invalidRequest } from "../errors.js";
import type { ByteWriter } from "./byte-writer.js";

/** The root of a database: `projects/{project}/databases/{database}/documents`. */
export type DatabaseRoot = string;

/** A place in a database: its root and the segments of the path below it (even: document or root, odd: collection). */
export interface ResourcePath {
  root: DatabaseRoot;
  segments: readonly string[];
}

/** First bytes of an encoded path segment: numeric ids sort before all others. */
export const SegmentTag = { numeric: 0x10, text: 0x20 } as const;

const PATH_END = 0x01;
const ROOT = /^projects\/([^/]+)\/databases\/([^/]+)\/documents$/;
const NUMERIC_ID = /^__id(-?[1-9]\d{0,18})__$/;
const RESERVED_ID = /^__.+__$/s;
const INT64_OFFSET = 2n ** 63n;
const MAX_ID_BYTES = 1_500;
const MAX_COLLECTIONS = 100;
const textEncoder = new TextEncoder();

/** Reads the name of a document or collection, or of a database's root. */
export function parsePath(name: string): ResourcePath {
  const parts = name.split("/");
  const root = parts.slice(0, 5).join("/");
  if (!ROOT.test(root)) throw invalidRequest(`Resource name "${name}" is not below a database's documents.`);
  const segments = parts.slice(5);
  if (segments.some((segment) => segment === "")) throw invalidRequest(`Resource name "${name}" has an empty segment.`);
  return { root, segments };
}

/** Reads the name of a document; anything else is refused. */
export function parseDocumentName(name: string): ResourcePath {
  const path = parsePath(name);
  if (path.segments.length === 0 || path.segments.length % 2 !== 0) {
    throw invalidRequest(`Document name "${name}" has an odd number of segments or none.`);
  }
  return path;
}

/** Reads the root of a database from `projects/{project}/databases/{database}`. */
export function parseDatabase(name: string): DatabaseRoot {
  return parsePath(`${name}/documents`).root;
}

/** The full resource name. */
export function formatPath(path: ResourcePath): string {
  return path.segments.length === 0 ? path.root : `${path.root}/${path.segments.join("/")}`;
}

/** The collection of a document. */
export function parentOf(path: ResourcePath): ResourcePath {
  return { root: path.root, segments: path.segments.slice(0, -1) };
}

/** The last segment: a document's id or a collection's id. */
export function lastSegment(path: ResourcePath): string {
  return path.segments.at(-1) ?? "";
}

/**
 * Refuses ids that Firestore refuses: `.`, `..`, `__…__` (numeric ids of documents apart), over 1,500 bytes.
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
export function checkIds(path: ResourcePath): void {
  for (const [index, segment] of path.segments.entries()) {
    if (segment === "." || segment === "..") throw invalidRequest(`The id "${segment}" is not allowed.`);
    const ofDocument = index % 2 === 1;
    if (RESERVED_ID.test(segment) && !(ofDocument && numericId(segment) !== undefined)) {
      throw invalidRequest(
        `${ofDocument ? "Resource" : "Collection"} id "${segment}" is invalid because it is reserved.`,
      );
    }
    if (Buffer.byteLength(segment) > MAX_ID_BYTES) throw invalidRequest("An id may hold at most 1500 bytes.");
  }
}

/**
 * Refuses a document that is nested deeper than Firestore allows: in over 100 collections.
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
export function checkDepth(path: ResourcePath): void {
  if (path.segments.length > 2 * MAX_COLLECTIONS)
    throw invalidRequest(`Key path is too long. Cannot exceed ${MAX_COLLECTIONS} elements.`);
}

/** Appends one segment such that bytes order as ids do: `__id7__` as the number 7, before every text. */
export function writeSegment(out: ByteWriter, segment: string): void {
  const numeric = numericId(segment);
  if (numeric !== undefined) {
    out.byte(SegmentTag.numeric);
    out.uint64(numeric + INT64_OFFSET);
    return;
  }
  out.byte(SegmentTag.text);
  out.escaped(textEncoder.encode(segment));
}

/** Appends the segments of a path below its root, ended such that parents sort before their children. */
export function writeSegments(out: ByteWriter, segments: readonly string[]): void {
  for (const segment of segments) writeSegment(out, segment);
  out.byte(PATH_END);
}

/** Appends the full name of a document, as references order: by project, database and path. */
export function writeReference(out: ByteWriter, name: string): void {
  const { root, segments } = parsePath(name);
  const [, project, database] = ROOT.exec(root) ?? [];
  for (const part of [project, database]) out.escaped(textEncoder.encode(part));
  writeSegments(out, segments);
}

/** The number of an id like `__id7__`; undefined for every other id. */
function numericId(segment: string): bigint | undefined {
  const digits = NUMERIC_ID.exec(segment)?.[1];
  if (digits === undefined) return undefined;
  const number = BigInt(digits);
  return number >= -INT64_OFFSET && number < INT64_OFFSET ? number : undefined;
}
