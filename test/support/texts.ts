/** A text inside an answer: a value, or the name of a field. */
export interface Found {
  text: string;
  /** The names on the way to it, joined by dots; list positions are left out. */
  path: string;
  isKey: boolean;
}

/** Every text in a JSON value, names of fields included. */
export function textsIn(value: unknown, path = ""): Found[] {
  if (typeof value === "string") return [{ text: value, path, isKey: false }];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, path));
  return Object.entries(value).flatMap(([key, item]) => {
    const below = path === "" ? key : `${path}.${key}`;
    return [{ text: key, path: below, isKey: true }, ...textsIn(item, below)];
  });
}
