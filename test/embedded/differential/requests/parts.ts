import type { StructuredQuery, Value, Write } from "../../../../src/embedded/encoding/messages.js";
import type { Outcome, RawClient } from "../../support/raw.js";

/* Short words for protocol messages, so that the lists of requests read as lists. */

/** A request whose acceptance or refusal must be the same on both stores. */
export interface RequestCase {
  name: string;
  send(raw: RawClient): Promise<Outcome<unknown>>;
}

/** An integer value. */
export const int = (value: number | string): Value => ({ valueType: "integerValue", integerValue: String(value) });
/** A string value. */
export const text = (stringValue: string): Value => ({ valueType: "stringValue", stringValue });
/** An array value. */
export const list = (...values: Value[]): Value => ({ valueType: "arrayValue", arrayValue: { values } });
/** A map value. */
export const map = (fields: Record<string, Value>): Value => ({ valueType: "mapValue", mapValue: { fields } });
/** A double value. */
export const double = (doubleValue: number): Value => ({ valueType: "doubleValue", doubleValue });
/** The null value. */
export const NULL: Value = { valueType: "nullValue", nullValue: "NULL_VALUE" };

/** A filter as the request carries it. */
export type FilterMessage = NonNullable<StructuredQuery["where"]>;
/** A field filter. */
export const where = (fieldPath: string, op: string, value: Value): FilterMessage => ({
  filterType: "fieldFilter",
  fieldFilter: { field: { fieldPath }, op, value },
});
/** A unary filter. */
export const unary = (fieldPath: string, op: string): FilterMessage => ({
  filterType: "unaryFilter",
  unaryFilter: { field: { fieldPath }, op },
});
/** A composite filter. */
export const both = (op: "AND" | "OR", ...filters: FilterMessage[]): FilterMessage => ({
  filterType: "compositeFilter",
  compositeFilter: { op, filters },
});
/** An order by one field. */
export const order = (fieldPath: string, direction = "ASCENDING") => ({ field: { fieldPath }, direction });
/** An array of `count` integers. */
export const many = (count: number): Value => list(...Array.from({ length: count }, (_, index) => int(index)));
/** A selector of the collection c. */
export const FROM = [{ collectionId: "c" }];

/** A query of the collection `c`. */
export const query = (name: string, rest: StructuredQuery | ((raw: RawClient) => StructuredQuery)): RequestCase => ({
  name: `query ${name}`,
  send: (raw) => raw.runQuery({ from: FROM, ...(typeof rest === "function" ? rest(raw) : rest) }),
});

/** A Commit case. */
export const write = (name: string, make: (raw: RawClient) => Write[]): RequestCase => ({
  name: `commit ${name}`,
  send: (raw) => raw.commit(make(raw)),
});
