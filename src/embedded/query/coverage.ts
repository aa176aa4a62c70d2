import { parseFieldPath } from "../encoding/field-path.js";
import { asReceived } from "../encoding/protobuf.js";
import { compileIndexes, type IndexConfig, type MissingIndex } from "../index/config.js";
import { parseQuery } from "./parse.js";
import { planQuery } from "./planner.js";

/**
 * Whether indexes serve a query: by which of them, or what has to be added to firestore.indexes.json.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export type Coverage = { covered: true; indexes: string[] } | { covered: false; missing: MissingIndex[] };

const ANY_ROOT = "projects/any/databases/(default)/documents";

/**
 * Judges a StructuredQuery, as clients of the project `any` send it, without a store. `aggregated` are the fields that it
 * sums or averages (a count needs none). Throws INVALID_ARGUMENT for a query that no index could serve.
 */
export function coverageOf(query: object, config: IndexConfig, aggregated: readonly string[] = []): Coverage {
  const plan = planQuery(
    parseQuery(ANY_ROOT, asReceived(query), aggregated.map(parseFieldPath)),
    compileIndexes(config),
  );
  if (!plan.covered) return plan;
  const indexes = plan.conjunctions.flatMap(({ scans }) => scans.map(({ index }) => index));
  return { covered: true, indexes: [...new Set(indexes)] };
}
