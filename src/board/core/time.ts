/** A Date as agents see it: ISO 8601 UTC, or null. */
export const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
