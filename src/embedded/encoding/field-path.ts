import { invalidRequest } from "../errors.js";
import { compareText } from "./ordered-encoding.js";

/** A field path: the names from the document down to the value. */
export type FieldPath = readonly string[];

/** The pseudo field that stands for a document's name. */
export const NAME_FIELD: FieldPath = ["__name__"];

/** https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
export const MAX_FIELD_PATH_BYTES = 1_500;

const RESERVED_NAME = /^__.+__$/s;
const SIMPLE_NAME = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

/**
 * Reads a field path as it stands in a request: names separated by dots, names that are not plain in backticks with
 * backslash escapes, at most 1,500 bytes without these. Throws INVALID_ARGUMENT.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#document
 */
export function parseFieldPath(text: string): FieldPath {
  const names: string[] = [];
  let at = 0;
  do {
    const [name, next] = text[at] === "`" ? readQuoted(text, at + 1) : readPlain(text, at);
    names.push(name);
    at = next + 1;
    if (next < text.length && text[next] !== ".") throw invalidPath(text);
  } while (at <= text.length);
  if (Buffer.byteLength(names.join(".")) > MAX_FIELD_PATH_BYTES) throw tooLongPath();
  return names;
}

/** Refuses with INVALID_ARGUMENT a name like `__x__`, which Firestore keeps for itself. */
export function checkName(name: string): void {
  if (RESERVED_NAME.test(name)) throw invalidRequest(`The field name "${name}" is reserved.`);
}

/** Refuses such names in a path; `__name__` alone stands for the document's name. */
export function checkNotReserved(path: FieldPath): void {
  if (isNameField(path)) return;
  for (const name of path) {
    if (name === "__name__") throw invalidRequest("the name __key__ is reserved");
    if (RESERVED_NAME.test(name)) throw invalidRequest(`Invalid reserved name in field path ${name}`);
  }
}

/** Orders paths as Firestore does: name by name in UTF-8, a field before those in it. */
export function compareFieldPaths(a: FieldPath, b: FieldPath): number {
  // Nowhere when all of `a` stands at the beginning of `b`.
  const at = a.findIndex((name, index) => name !== b[index]);
  const [ours, theirs] = [a[at], b[at]];
  return ours === undefined || theirs === undefined ? a.length - b.length : compareText(ours, theirs);
}

/** The one text form of a field path, with backticks only where they are needed. */
export function formatFieldPath(path: FieldPath): string {
  return path.map(formatName).join(".");
}

/** Whether a path is `__name__`, the name of the document. */
export function isNameField(path: FieldPath): boolean {
  return path.length === 1 && path[0] === "__name__";
}

/** Whether `path` is `prefix` itself or lies below it. */
export function startsWith(path: FieldPath, prefix: FieldPath): boolean {
  return prefix.length <= path.length && prefix.every((name, index) => path[index] === name);
}

function formatName(name: string): string {
  return SIMPLE_NAME.test(name) ? name : `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

function readPlain(text: string, start: number): [string, number] {
  let end = start;
  while (end < text.length && text[end] !== ".") end++;
  const name = text.slice(start, end);
  if (!SIMPLE_NAME.test(name)) throw invalidPath(text);
  return [name, end];
}

function readQuoted(text: string, start: number): [string, number] {
  let name = "";
  for (let at = start; at < text.length; at++) {
    if (text[at] === "`") {
      if (name === "") throw invalidPath(text);
      return [name, at + 1];
    }
    if (text[at] === "\\") at++;
    name += text[at] ?? "";
  }
  throw invalidPath(text);
}

/** What a field path of over 1,500 bytes is refused with. */
export function tooLongPath(): Error {
  return invalidRequest(`property path is longer than ${MAX_FIELD_PATH_BYTES} bytes.`);
}

function invalidPath(text: string): Error {
  if (text === "") return invalidRequest("Invalid empty property path string.");
  return invalidRequest(
    `Invalid property path "${text}". Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), and quoted ` +
      "property paths must match regex (`(?:[^`\\\\]|(?:\\\\.))+`)",
  );
}
