/** The part of the state that one feature owns; `make` gives its initial value. */
export interface StatePart<T> {
  make(): T;
}

/** What one connection remembers between calls, from its first call to its end. */
export interface ConnectionState {
  /** A feature's part, created at its first use. */
  part<T>(feature: StatePart<T>): T;
}

/** The empty state of a new connection. */
export function newConnectionState(): ConnectionState {
  const parts = new Map<StatePart<unknown>, unknown>();
  return {
    part<T>(feature: StatePart<T>): T {
      if (!parts.has(feature)) parts.set(feature, feature.make());
      return parts.get(feature) as T;
    },
  };
}
