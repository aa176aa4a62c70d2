import type { Writable } from "node:stream";
import type { Room } from "../calls/slots.js";

/** Bytes of answers that may wait for a client that does not read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** The room on a stream on which answers are written. */
export function roomOn(output: Writable): Room {
  let drained: Promise<void> | undefined;
  return {
    full: () => drained !== undefined || output.writableLength > MAX_WAITING_BYTES,
    async drained() {
      if (!drained && !output.writableNeedDrain) return;
      drained ??= new Promise<void>((resolve) => output.once("drain", resolve)).then(() => {
        drained = undefined;
      });
      await drained;
    },
  };
}
