import { SHAPES, type Shape, type ShapeName } from "../../firestore/shapes.js";
import type { QueryArgs, Snapshot } from "../../firestore/store.js";

/** Whether a shape can filter by project. */
export function filtersByProject(name: ShapeName): boolean {
  const { filters, optionalFilters = {} }: Shape = SHAPES[name];
  return "project_id" in filters || "project_id" in optionalFilters;
}

/**
 * Whether a document matches the filters of a shape that the values name; only the operators that shapes of projects
 * have: TypeError for others. Pure.
 */
export function matches(snapshot: Snapshot, name: ShapeName, { values = {} }: QueryArgs): boolean {
  const { filters, optionalFilters }: Shape = SHAPES[name];
  const asked = Object.entries({ ...filters, ...optionalFilters }).filter(([field]) => values[field] !== undefined);
  return asked.every(([field, op]) => {
    const stored = snapshot.get(field);
    if (op === "==") return stored === values[field];
    if (op === "not-in")
      return stored !== undefined && stored !== null && !(values[field] as unknown[]).includes(stored);
    throw new TypeError(`a query of projects cannot compare with ${op}`);
  });
}
