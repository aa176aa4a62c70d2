/** Whether the client reads the answers that it is given. */
export interface Room {
  /** So many answers wait for the client that no more should be made. */
  full(): boolean;
  /** Resolves when it has read all of them. */
  drained(): Promise<void>;
}

/** The calls of one connection that run at the same time. */
export interface CallSlots {
  /**
   * Resolves to a function that frees the slot once there is one for this call, in the order in which this is called.
   * Rejects with the reason of `signal` when that aborts before.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** Slots for so many calls (`most`). None is given out while there is no room for answers. */
export function createCallSlots(most: number, room: Room): CallSlots {
  const waiting = new Set<() => void>();
  let taken = 0;
  let waitsForRoom = false;

  function giveOut(): void {
    for (const begin of waiting) {
      if (taken >= most || waitsForRoom) return;
      if (room.full()) {
        waitsForRoom = true;
        void room.drained().then(() => {
          waitsForRoom = false;
          giveOut();
        });
        return;
      }
      waiting.delete(begin);
      taken += 1;
      begin();
    }
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      await new Promise<void>((begin, reject) => {
        waiting.add(begin);
        signal.addEventListener("abort", () => waiting.delete(begin) && reject(signal.reason), { once: true });
        giveOut();
      });
      let free = (): void => {
        free = () => {};
        taken -= 1;
        giveOut();
      };
      return () => free();
    },
  };
}
