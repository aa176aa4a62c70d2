/** A result with its `warnings`, which it has only when there are any. */
export function withWarnings<T extends object>(result: T, warnings: readonly string[]): T & { warnings?: string[] } {
  return warnings.length > 0 ? { ...result, warnings: [...warnings] } : result;
}
