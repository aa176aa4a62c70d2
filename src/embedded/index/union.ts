import { parseFieldPath } from "../encoding/field-path.js";
import {
  compileIndexes,
  definitionOf,
  type FieldOverride,
  type FieldRule,
  type IndexDefinitions,
  indexesOf,
  overridesOf,
} from "./index-definitions.js";

/*
 * Several processes may serve one file with different definitions of indexes. What the file keeps then is what any of them
 * needs; entries that one of them does not ask for do no harm.
 */

/** The definitions that have every index of both. */
export function unionOf(one: IndexDefinitions, other: IndexDefinitions): IndexDefinitions {
  return compileIndexes({
    indexes: [...one.all, ...other.all].map(({ name }) => definitionOf(name)),
    fieldOverrides: overriddenIn(one, other).map((override) => {
      const [first, second] = [ruleOf(one, override), ruleOf(other, override)];
      return {
        ...override,
        indexes: indexesOf({
          collection: new Set([...first.collection, ...second.collection]),
          group: new Set([...first.group, ...second.group]),
        }),
      };
    }),
  });
}

/** Whether `all` has every index of `some`. */
export function includesAll(all: IndexDefinitions, some: IndexDefinitions): boolean {
  const names = new Set(all.all.map(({ name }) => name));
  if (!some.all.every(({ name }) => names.has(name))) return false;
  return overriddenIn(all, some).every((override) => {
    const [has, asks] = [ruleOf(all, override), ruleOf(some, override)];
    return (["collection", "group"] as const).every((scope) => [...asks[scope]].every((mode) => has[scope].has(mode)));
  });
}

/** The fields that either overrides: between them the rules of both are those of the nearest one above. */
function overriddenIn(one: IndexDefinitions, other: IndexDefinitions): Omit<FieldOverride, "indexes">[] {
  const all = [one, other].flatMap(({ overridesKey }) => overridesOf(overridesKey));
  const byField = new Map(
    all.map(({ collectionGroup, fieldPath }) => [
      JSON.stringify([collectionGroup, fieldPath]),
      { collectionGroup, fieldPath },
    ]),
  );
  return [...byField.values()];
}

/** A path that no override names: it has the rule of `*`. */
const ANY_FIELD = [""];

function ruleOf(
  definitions: IndexDefinitions,
  { collectionGroup, fieldPath }: Omit<FieldOverride, "indexes">,
): FieldRule {
  return definitions.field(collectionGroup, fieldPath === "*" ? ANY_FIELD : parseFieldPath(fieldPath));
}
