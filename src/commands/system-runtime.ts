import { randomUUID } from "node:crypto";
import type { Runtime } from "../board/core/call.js";

/** The real clock and real randomness. */
export const systemRuntime: Runtime = {
  now: () => new Date(),
  newId: () => randomUUID().replaceAll("-", "").slice(0, 20),
  newUuid: () => randomUUID(),
};
