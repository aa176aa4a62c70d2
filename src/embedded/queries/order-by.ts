import { invalidArgument } from "../errors.js";
import type { StructuredQuery } from "../protocol/types.js";

const NAME = /(?:`(?:[^`\\]|\\.)*`|[^\s,.`]+)/s.source;
const CLAUSE = `(${NAME}(?:\\.${NAME})*)(?:\\s*(asc|desc)|\\s*(?=,|$))`;
const CLAUSES = new RegExp(CLAUSE, "gis");
const ORDER_BY = new RegExp(`^${CLAUSE}(?:\\s*,\\s*${CLAUSE})*$`, "is");

/**
 * Reads an order as ListDocuments has it, such as `priority desc, __name__`, into that of a query; an empty one is none.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listdocumentsrequest
 */
export function parseOrderBy(text: string): NonNullable<StructuredQuery["orderBy"]> {
  if (text === "") return [];
  if (!ORDER_BY.test(text)) throw invalidArgument(`Invalid order "${text}".`);
  return [...text.matchAll(CLAUSES)].map(([, fieldPath = "", direction = "asc"]) => ({
    field: { fieldPath },
    direction: direction.toLowerCase() === "desc" ? "DESCENDING" : "ASCENDING",
  }));
}
