/** Values that one `in` or `array-contains-any` filter takes. */
const PER_QUERY = 30;

/** The values in parts that one query can ask for. */
export function perQuery(values: readonly string[]): string[][] {
  const parts = Math.ceil(values.length / PER_QUERY);
  return Array.from({ length: parts }, (_, at) => values.slice(at * PER_QUERY, (at + 1) * PER_QUERY));
}
