/** How many names a sentence has room for. */
const NAMED = 10;

/** Names in a sentence: the first ten, and how many more there are. Pure. */
export function firstNames(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
