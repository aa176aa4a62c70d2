/** What a feature remembers of one connection: `make` gives its beginning. */
export interface StatePart<T> {
  make(): T;
}

/** The memory of one connection, from its first call to its end: who is served is the same agent, or a new one is born. */
export interface ConnectionState {
  /** A feature's part, made at its first use. */
  part<T>(feature: StatePart<T>): T;
}

/** An empty memory for a new connection. */
export function newConnectionState(): ConnectionState {
  const parts = new Map<StatePart<unknown>, unknown>();
  return {
    part<T>(feature: StatePart<T>): T {
      if (!parts.has(feature)) parts.set(feature, feature.make());
      return parts.get(feature) as T;
    },
  };
}
