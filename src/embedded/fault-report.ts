import type { StoreErrorCode } from "./errors.js";

/** Who hears when the store's file cannot be used, and when it can again. */
export interface FaultListener {
  /** Called when a fault appears, once until it is over; `message` says what to do. */
  onStoreFault?: ((code: StoreErrorCode, message: string) => void) | undefined;
  /** Called with the faults that are over. */
  onStoreRecovered?: ((codes: StoreErrorCode[]) => void) | undefined;
}

/** The faults of one store that its operator has heard of. */
export interface FaultReport {
  /** A call, or the closing of the store, met a fault. */
  met(code: StoreErrorCode, message: string): void;
  /** A commit became durable: whatever stood in its way is over. Damage elsewhere in the file is not. */
  committed(): void;
}

/** Reports changes of the store's state, not each call that meets one: there may be many a second. */
export function createFaultReport({ onStoreFault, onStoreRecovered }: FaultListener): FaultReport {
  const known = new Set<StoreErrorCode>();
  return {
    met(code, message) {
      // That one is told by who finds it (`onReplaced`).
      if (known.has(code) || code === "store_replaced") return;
      known.add(code);
      onStoreFault?.(code, message);
    },
    committed() {
      const over = [...known].filter((code) => code !== "corrupt");
      if (over.length === 0) return;
      for (const code of over) known.delete(code);
      onStoreRecovered?.(over);
    },
  };
}
