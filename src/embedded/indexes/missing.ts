import type { MissingIndex } from "../queries/planner.js";
import type { FieldOverride, IndexConfig } from "./config.js";

/**
 * What a field has that no override mentions.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
const AUTOMATIC_INDEXES: FieldOverride["indexes"] = [
  { order: "ASCENDING", queryScope: "COLLECTION" },
  { order: "DESCENDING", queryScope: "COLLECTION" },
  { arrayConfig: "CONTAINS", queryScope: "COLLECTION" },
];

/** The configuration with definitions added; an override that exists already gets the added modes. */
export function withMissing(config: IndexConfig, missing: readonly MissingIndex[]): IndexConfig {
  const indexes = [...config.indexes];
  const fieldOverrides = [...config.fieldOverrides];
  for (const one of missing) {
    if ("indexes" in one) {
      indexes.push(one.indexes);
      continue;
    }
    const added = one.fieldOverrides;
    const at = fieldOverrides.findIndex(
      (known) => known.collectionGroup === added.collectionGroup && known.fieldPath === added.fieldPath,
    );
    const known = fieldOverrides[at];
    if (known) fieldOverrides[at] = { ...known, indexes: [...known.indexes, ...added.indexes] };
    else fieldOverrides.push({ ...added, indexes: [...AUTOMATIC_INDEXES, ...added.indexes] });
  }
  return { indexes, fieldOverrides };
}
