import { isDeepStrictEqual } from "node:util";

/**
 * The fields that `wanted` gives and that differ from `current`, in the order of `wanted`; undefined asks for nothing.
 */
export function changedFields<T extends object>(current: T, wanted: Partial<T>): (keyof T & string)[] {
  const given = Object.keys(wanted) as (keyof T & string)[];
  return given.filter((field) => wanted[field] !== undefined && !isDeepStrictEqual(wanted[field], current[field]));
}

/** The named fields of an object. */
export function pick<T extends object, K extends keyof T>(from: T, fields: readonly K[]): Pick<T, K> {
  return Object.fromEntries(fields.map((field) => [field, from[field]])) as Pick<T, K>;
}
