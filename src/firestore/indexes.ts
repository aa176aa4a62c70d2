import { readFileSync } from "node:fs";
import type { IndexConfig } from "../embedded/index.js";

const FILE = new URL("../../firestore.indexes.json", import.meta.url);

/**
 * The composite indexes and exemptions of firestore.indexes.json, for collections that carry a prefix: the same file
 * serves `firebase deploy` and the embedded store, so that both refuse the same queries.
 */
export function loadIndexes(collectionPrefix: string): IndexConfig {
  const config = JSON.parse(readFileSync(FILE, "utf8")) as IndexConfig;
  const prefixed = <T extends { collectionGroup: string }>(entry: T): T => ({
    ...entry,
    collectionGroup: collectionPrefix + entry.collectionGroup,
  });
  return { indexes: config.indexes.map(prefixed), fieldOverrides: config.fieldOverrides.map(prefixed) };
}
