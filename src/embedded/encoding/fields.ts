import type { FieldPath } from "./field-path.js";
import type { Fields, Value } from "./messages.js";
import { mapFields } from "./ordered-encoding.js";

/** The value at a field path, or undefined. */
export function fieldAt(fields: Fields, path: FieldPath): Value | undefined {
  let value: Value | undefined;
  let within: Fields | undefined = fields;
  for (const name of path) {
    value = within && Object.hasOwn(within, name) ? within[name] : undefined;
    within = mapFields(value);
  }
  return value;
}

/**
 * Fields while they change value by value. A path leads through maps alone: a vector, or anything else on the way,
 * gives way to a map when a value is set below it, and has nothing below it to delete.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#documentmask
 */
export interface Draft {
  /** The fields with all changes so far. */
  readonly fields: Fields;
  /** Sets one value; maps on the way are made. */
  set(path: FieldPath, value: Value): void;
  /** Removes one value; maps on the way stay, even when that empties them. */
  remove(path: FieldPath): void;
}

/**
 * A draft that leaves `original` as it is. Every map that changes is copied once, so n changes take n steps, not n².
 */
export function draftOf(original: Fields): Draft {
  const copies = new Set<Fields>();
  const copyOf = (fields: Fields): Fields => {
    const copy = { ...fields };
    copies.add(copy);
    return copy;
  };
  const fields = copyOf(original);

  /**
   * The map that holds what a path leads to, ready to be changed; made on demand, else undefined where there is none.
   */
  const holderOf = (path: FieldPath, make: boolean): Fields | undefined => {
    let holder = fields;
    for (const name of path.slice(0, -1)) {
      const inner = mapFields(Object.hasOwn(holder, name) ? holder[name] : undefined) ?? (make ? {} : undefined);
      if (!inner) return undefined;
      const own = copies.has(inner) ? inner : copyOf(inner);
      put(holder, name, { valueType: "mapValue", mapValue: { fields: own } });
      holder = own;
    }
    return holder;
  };

  return {
    fields,
    set(path, value) {
      put(holderOf(path, true) ?? fields, path.at(-1) ?? "", value);
    },
    remove(path) {
      delete holderOf(path, false)?.[path.at(-1) ?? ""];
    },
  };
}

/**
 * The given fields alone, for `select` and document masks.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#documentmask
 */
export function projectFields(fields: Fields, paths: readonly FieldPath[]): Fields {
  const projection = draftOf({});
  for (const path of paths) {
    const value = fieldAt(fields, path);
    if (value) projection.set(path, value);
  }
  return projection.fields;
}

/** Makes a field also of the name `__proto__`, which an assignment would take for something else. */
function put(fields: Fields, name: string, value: Value): void {
  if (name === "__proto__")
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  else fields[name] = value;
}
