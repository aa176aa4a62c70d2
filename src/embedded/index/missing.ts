import type { MissingIndex } from "../query/planner.js";
import type { IndexConfig } from "./config.js";

/**
 * The configuration with definitions added. An override counts together with one that the field has already.
 * https://firebase.google.com/docs/reference/firestore/indexes
 */
export function withMissing({ indexes, fieldOverrides }: IndexConfig, missing: readonly MissingIndex[]): IndexConfig {
  return {
    indexes: [...indexes, ...missing.flatMap((one) => ("indexes" in one ? one.indexes : []))],
    fieldOverrides: [
      ...fieldOverrides,
      ...missing.flatMap((one) => ("fieldOverrides" in one ? one.fieldOverrides : [])),
    ],
  };
}
