import { z } from "zod";
import { type FieldPath, formatFieldPath, isNameField, parseFieldPath, startsWith } from "../encoding/field-path.js";
import { StoreError } from "../errors.js";

/** One field of a composite index, as in firestore.indexes.json. */
export interface IndexField {
  fieldPath: string;
  order?: "ASCENDING" | "DESCENDING" | undefined;
  arrayConfig?: "CONTAINS" | undefined;
  vectorConfig?: unknown;
}

/** A composite index, as in firestore.indexes.json. */
export interface CompositeIndex {
  collectionGroup: string;
  queryScope: "COLLECTION" | "COLLECTION_GROUP";
  fields: IndexField[];
}

/** The single-field indexes of one field (or, with `*`, of all fields without an override of their own). */
export interface FieldOverride {
  collectionGroup: string;
  fieldPath: string;
  ttl?: boolean | undefined;
  indexes: OverrideIndex[];
}

interface OverrideIndex {
  order?: "ASCENDING" | "DESCENDING" | undefined;
  arrayConfig?: "CONTAINS" | undefined;
  queryScope?: "COLLECTION" | "COLLECTION_GROUP" | undefined;
}

/** firestore.indexes.json as parsed: https://firebase.google.com/docs/reference/firestore/indexes. */
export interface IndexConfig {
  indexes: CompositeIndex[];
  fieldOverrides: FieldOverride[];
}

/** An index that a query needs and firestore.indexes.json does not define, ready to be added to it. */
export type MissingIndex = { indexes: CompositeIndex } | { fieldOverrides: FieldOverride };

const order = z.enum(["ASCENDING", "DESCENDING"]).optional();
const arrayConfig = z.enum(["CONTAINS"]).optional();
const queryScope = z.enum(["COLLECTION", "COLLECTION_GROUP"]);

/** The shape of firestore.indexes.json; keys that Firebase may add later are let through. */
const indexConfigSchema = z.object({
  indexes: z
    .array(
      z.object({
        collectionGroup: z.string().min(1),
        queryScope: queryScope.default("COLLECTION"),
        fields: z.array(z.object({ fieldPath: z.string(), order, arrayConfig, vectorConfig: z.unknown().optional() })),
      }),
    )
    .default([]),
  fieldOverrides: z
    .array(
      z.object({
        collectionGroup: z.string().min(1),
        fieldPath: z.string(),
        ttl: z.boolean().optional(),
        indexes: z.array(z.object({ order, arrayConfig, queryScope: queryScope.optional() })),
      }),
    )
    .default([]),
});

/** How a field takes part in an index. */
export type FieldMode = "asc" | "desc" | "contains";

/** What an index covers: one collection, or all collections of one id. */
export type QueryScope = "collection" | "group";

/** A composite index, ready to be written and planned with. */
export interface CompiledIndex {
  /** Names the entries of this index; equal definitions have equal names. */
  name: string;
  group: string;
  scope: QueryScope;
  fields: { path: FieldPath; field: string; mode: FieldMode }[];
  /** Direction of the document name that ends every entry. */
  nameDirection: "asc" | "desc";
}

/** Which single-field indexes one field has, per scope. */
export interface FieldRule {
  collection: ReadonlySet<FieldMode>;
  group: ReadonlySet<FieldMode>;
}

/** All indexes of a store, compiled from firestore.indexes.json. */
export interface IndexDefinitions {
  composites(group: string): readonly CompiledIndex[];
  field(group: string, path: FieldPath): FieldRule;
  /** All composite indexes, for building and dropping them. */
  all: readonly CompiledIndex[];
  /** The overrides in one canonical order: equal text means equal single-field indexes. */
  overridesKey: string;
}

const mode = z.enum(["asc", "desc", "contains"]);
const compiledName = z.tuple([
  z.string(),
  z.enum(["collection", "group"]),
  z.array(z.tuple([z.string(), mode])),
  z.enum(["asc", "desc"]),
]);
const canonicalName = z.tuple([z.string(), z.string(), z.array(mode), z.array(mode)]);

const AUTOMATIC: FieldRule = { collection: new Set(["asc", "desc", "contains"]), group: new Set() };

/**
 * Compiles firestore.indexes.json. Throws a StoreError `bad_indexes` that names the place when it is not of the
 * documented shape. Vector indexes are left out: nothing can ask for them.
 */
export function compileIndexes(config: IndexConfig): IndexDefinitions {
  const parsed = indexConfigSchema.safeParse(config);
  if (!parsed.success) {
    throw new StoreError("bad_indexes", `firestore.indexes.json is not valid: ${z.prettifyError(parsed.error)}`);
  }
  const all = new Map<string, CompiledIndex>();
  for (const index of parsed.data.indexes) {
    if (index.fields.some((field) => field.vectorConfig !== undefined)) continue;
    const compiled = compileComposite(index);
    all.set(compiled.name, compiled);
  }
  const byGroup = new Map<string, CompiledIndex[]>();
  for (const index of all.values()) byGroup.set(index.group, [...(byGroup.get(index.group) ?? []), index]);
  const overrides = mergedOverrides(parsed.data.fieldOverrides);
  return {
    all: [...all.values()],
    composites: (group) => byGroup.get(group) ?? [],
    field: fieldRules(overrides),
    overridesKey: JSON.stringify(overrides.map(canonicalOverride).sort()),
  };
}

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

/** The definitions of a field's single-field indexes, as an override lists them. */
export function indexesOf(rule: { collection: Iterable<FieldMode>; group: Iterable<FieldMode> }): OverrideIndex[] {
  return [
    ...[...rule.collection].map((mode) => ({ ...modeOf(mode), queryScope: "COLLECTION" as const })),
    ...[...rule.group].map((mode) => ({ ...modeOf(mode), queryScope: "COLLECTION_GROUP" as const })),
  ];
}

/** The name of the automatic ascending/descending index of a field. */
export function fieldIndexName(field: string): string {
  return `f:${field}`;
}

/** The name of the automatic array-contains index of a field. */
export function containsIndexName(field: string): string {
  return `a:${field}`;
}

/** The name of the index over document names alone. */
export const NAME_INDEX = "n";

function compileComposite(index: CompositeIndex): CompiledIndex {
  const fields: CompiledIndex["fields"] = index.fields.map((field) => {
    const path = parseFieldPath(field.fieldPath);
    const mode: FieldMode =
      field.arrayConfig === "CONTAINS" ? "contains" : field.order === "DESCENDING" ? "desc" : "asc";
    return { path, field: formatFieldPath(path), mode };
  });
  const last = fields.at(-1);
  const explicitName = last && isNameField(last.path) ? fields.pop() : undefined;
  if (fields.length === 0 || fields.some((field) => isNameField(field.path))) {
    throw new StoreError("bad_indexes", "firestore.indexes.json: __name__ may only be the last field of an index.");
  }
  const ending = explicitName ?? fields.at(-1);
  const nameDirection = ending?.mode === "desc" ? "desc" : "asc";
  const scope: QueryScope = index.queryScope === "COLLECTION_GROUP" ? "group" : "collection";
  const name = `c:${JSON.stringify([index.collectionGroup, scope, fields.map((f) => [f.field, f.mode]), nameDirection])}`;
  return { name, group: index.collectionGroup, scope, fields, nameDirection };
}

/** Several overrides of one field count as one with the modes of all. */
function mergedOverrides(overrides: readonly FieldOverride[]): FieldOverride[] {
  const merged = new Map<string, FieldOverride>();
  for (const { collectionGroup, fieldPath: given, indexes } of overrides) {
    const fieldPath = given === "*" ? given : formatFieldPath(parseFieldPath(given));
    const key = JSON.stringify([collectionGroup, fieldPath]);
    merged.set(key, { collectionGroup, fieldPath, indexes: [...(merged.get(key)?.indexes ?? []), ...indexes] });
  }
  return [...merged.values()];
}

function fieldRules(overrides: readonly FieldOverride[]): IndexDefinitions["field"] {
  const known = new Map<string, { path: FieldPath; rule: FieldRule }[]>();
  const defaults = new Map<string, FieldRule>();
  for (const override of overrides) {
    if (override.fieldPath === "*") {
      defaults.set(override.collectionGroup, compileRule(override));
      continue;
    }
    const rules = known.get(override.collectionGroup) ?? [];
    rules.push({ path: parseFieldPath(override.fieldPath), rule: compileRule(override) });
    known.set(override.collectionGroup, rules);
  }
  // A map's override holds for everything below it, unless something nearer has its own.
  for (const rules of known.values()) rules.sort((a, b) => b.path.length - a.path.length);
  return (group, path) =>
    known.get(group)?.find((rule) => startsWith(path, rule.path))?.rule ?? defaults.get(group) ?? AUTOMATIC;
}

function compileRule(override: FieldOverride): FieldRule {
  const collection = new Set<FieldMode>();
  const group = new Set<FieldMode>();
  for (const index of override.indexes) {
    const modes = index.queryScope === "COLLECTION_GROUP" ? group : collection;
    modes.add(index.arrayConfig === "CONTAINS" ? "contains" : index.order === "DESCENDING" ? "desc" : "asc");
  }
  return { collection, group };
}

/** The inverse of `CompiledIndex.name`. */
export function definitionOf(name: string): CompositeIndex {
  const [collectionGroup, scope, fields, nameDirection] = compiledName.parse(JSON.parse(name.slice(2)));
  return {
    collectionGroup,
    queryScope: scope === "group" ? "COLLECTION_GROUP" : "COLLECTION",
    fields: [...fields, ["__name__", nameDirection] as const].map(([fieldPath, mode]) => ({
      fieldPath,
      ...modeOf(mode),
    })),
  };
}

/** The inverse of `IndexDefinitions.overridesKey`. */
export function overridesOf(key: string): FieldOverride[] {
  return z
    .array(z.string())
    .parse(JSON.parse(key))
    .map((text) => {
      const [collectionGroup, fieldPath, collection, group] = canonicalName.parse(JSON.parse(text));
      return { collectionGroup, fieldPath, indexes: indexesOf({ collection, group }) };
    });
}

function modeOf(mode: FieldMode): Pick<IndexField, "order" | "arrayConfig"> {
  if (mode === "contains") return { arrayConfig: "CONTAINS" };
  return { order: mode === "desc" ? "DESCENDING" : "ASCENDING" };
}

function canonicalOverride(override: FieldOverride): string {
  const rule = compileRule(override);
  return JSON.stringify([
    override.collectionGroup,
    override.fieldPath,
    [...rule.collection].sort(),
    [...rule.group].sort(),
  ]);
}
