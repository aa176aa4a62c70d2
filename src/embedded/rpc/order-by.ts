import type { StructuredQuery } from "../encoding/messages.js";
import { invalidRequest } from "../errors.js";

const NAME = /(?:`(?:[^`\\]|\\.)+`|[a-z_]\w*)/s.source;
const PATH = `(${NAME}(?:\\.${NAME})*)`;
// What follows a plain name without a space belongs to it.
const DIRECTION = "(?:(?:\\s+|(?<=`))(asc|desc)|\\s*(?=,|$))";
const CLAUSE = new RegExp(`^${PATH}${DIRECTION}(?:\\s*,\\s*(?!$)|$)`, "is");

/**
 * Reads an order as ListDocuments has it, such as `priority desc, __name__`, into that of a query; an empty one is
 * none. Throws INVALID_ARGUMENT for any other text, in time proportional to its length.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listdocumentsrequest
 */
export function parseOrderBy(text: string): NonNullable<StructuredQuery["orderBy"]> {
  const orders: NonNullable<StructuredQuery["orderBy"]> = [];
  for (let rest = text; rest !== ""; ) {
    const [clause = "", fieldPath = "", direction = "asc"] = CLAUSE.exec(rest) ?? [];
    if (clause === "") throw invalidRequest(`Invalid order by clause "${text}".`);
    orders.push({
      field: { fieldPath },
      direction: direction.toLowerCase() === "desc" ? "DESCENDING" : "ASCENDING",
    });
    rest = rest.slice(clause.length);
  }
  return orders;
}
