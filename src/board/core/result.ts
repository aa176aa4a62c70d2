/** A Date as agents see it: ISO 8601 UTC, or null. */
export const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** A result with its `warnings`, which it has only when there are any. */
export function withWarnings<T extends object>(result: T, warnings: readonly string[]): T & { warnings?: string[] } {
  return warnings.length > 0 ? { ...result, warnings: [...warnings] } : result;
}
