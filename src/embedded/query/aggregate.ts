import { checkName, checkNotReserved, type FieldPath, isNameField, parseFieldPath } from "../encoding/field-path.js";
import { fieldAt } from "../encoding/fields.js";
import type { AggregationMessage, Fields, StructuredAggregationQuery, Value } from "../encoding/messages.js";
import { invalidRequest } from "../errors.js";
import { fieldsOf } from "../storage/documents.js";
import { countMatches } from "./count-matches.js";
import type { ParsedQuery } from "./parsed-query.js";
import type { ConjunctionPlan } from "./planner.js";
import { type QuerySource, runQuery } from "./run-query.js";

const MAX_AGGREGATIONS = 5;
const MAX_ALIAS_BYTES = 1_500;

/** One aggregation over the results of a query. */
export interface Aggregation {
  alias: string;
  operator: "count" | "sum" | "avg";
  /** The aggregated field; none for a count. */
  path: FieldPath | undefined;
  /** The highest count that matters. */
  upTo: number;
}

/**
 * Reads the aggregations of a query: https://firebase.google.com/docs/firestore/query-data/aggregation-queries.
 * At most five, each with an alias of its own.
 */
export function parseAggregations(message: StructuredAggregationQuery): Aggregation[] {
  const aggregations = (message.aggregations ?? []).map(parseAggregation);
  if (aggregations.length === 0) throw invalidRequest("Aggregations can not be empty.");
  if (aggregations.length > MAX_AGGREGATIONS)
    throw invalidRequest(
      `The maximum number of aggregations allowed in an aggregation query is ${MAX_AGGREGATIONS}. ` +
        `Received: ${aggregations.length}`,
    );
  let unnamed = 0;
  for (const aggregation of aggregations) if (aggregation.alias === "") aggregation.alias = `field_${++unnamed}`;
  const aliases = aggregations.map(({ alias }) => alias);
  const twice = aliases.find((alias, at) => aliases.indexOf(alias) < at);
  if (twice !== undefined) throw invalidRequest(`Aggregation aliases contain duplicate alias: ${twice}.`);
  return aggregations;
}

/** Computes aggregations; counts alone are read from the index without touching documents. */
export function aggregate(
  source: QuerySource,
  query: ParsedQuery,
  plans: readonly ConjunctionPlan[],
  aggregations: readonly Aggregation[],
): Fields {
  const totals = aggregations.map(() => createTotal());
  let count = 0;
  if (aggregations.every(({ operator }) => operator === "count")) {
    const most = Math.max(...aggregations.map(({ upTo }) => upTo));
    count = countMatches(source, query, plans, most);
  } else {
    for (const document of runQuery(source, query, plans)) {
      count++;
      const fields = fieldsOf(document);
      aggregations.forEach(({ path }, index) => {
        const value = path && fieldAt(fields, path);
        if (value) totals[index]?.add(value);
      });
    }
  }
  return Object.fromEntries(
    aggregations.map(({ alias, operator, upTo }, index): [string, Value] => {
      if (operator === "count") return [alias, integer(BigInt(Math.min(count, upTo)))];
      const total = totals[index] ?? createTotal();
      return [alias, operator === "sum" ? total.sum() : total.average()];
    }),
  );
}

function parseAggregation(message: AggregationMessage): Aggregation {
  const { operator, alias = "" } = message;
  checkName(alias);
  if (Buffer.byteLength(alias) > MAX_ALIAS_BYTES)
    throw invalidRequest(`The property.name is longer than ${MAX_ALIAS_BYTES} bytes.`);
  if (!operator) throw invalidRequest("An aggregation is a count, a sum or an average.");
  if (operator === "count") {
    const upTo = message.count?.upTo;
    const most = upTo ? Number(upTo.value ?? 0) : Number.POSITIVE_INFINITY;
    if (most < 0) throw invalidRequest("The upper limit of a count is negative.");
    return { alias, operator, path: undefined, upTo: most };
  }
  const path = parseFieldPath(message[operator]?.field?.fieldPath ?? "");
  if (isNameField(path)) throw invalidRequest("Aggregations are not supported for the property: __key__");
  checkNotReserved(path);
  return { alias, operator, path, upTo: Number.POSITIVE_INFINITY };
}

interface Total {
  add(value: Value): void;
  sum(): Value;
  average(): Value;
}

const LARGEST_INT = 2n ** 63n - 1n;
const SMALLEST_INT = -(2n ** 63n);

/**
 * Sums numbers and skips everything else; integers stay exact until they leave 64 bits. What rounding takes from
 * doubles is added at the end, after Neumaier:
 * https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements.
 */
function createTotal(): Total {
  let integers = 0n;
  let doubles = 0;
  let lost = 0;
  let anyDouble = false;
  let count = 0;
  const asDouble = (): number => (Number.isFinite(doubles) ? doubles + lost : doubles) + Number(integers);
  return {
    add(value) {
      if (value.valueType === "integerValue") integers += BigInt(value.integerValue);
      else if (value.valueType === "doubleValue") {
        const { doubleValue } = value;
        const sum = doubles + doubleValue;
        const [larger, smaller] =
          Math.abs(doubles) >= Math.abs(doubleValue) ? [doubles, doubleValue] : [doubleValue, doubles];
        lost += larger - sum + smaller;
        doubles = sum;
        anyDouble = true;
      } else return;
      count++;
    },
    sum() {
      const fits = integers >= SMALLEST_INT && integers <= LARGEST_INT;
      return anyDouble || !fits ? { valueType: "doubleValue", doubleValue: asDouble() } : integer(integers);
    },
    average() {
      if (count === 0) return { valueType: "nullValue", nullValue: "NULL_VALUE" };
      return { valueType: "doubleValue", doubleValue: asDouble() / count };
    },
  };
}

function integer(value: bigint): Value {
  return { valueType: "integerValue", integerValue: String(value) };
}
