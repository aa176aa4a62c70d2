import { randomUUID } from "node:crypto";
import type { World } from "../board/core/call.js";

/** The real clock and real randomness. */
export const realWorld: World = {
  now: () => new Date(),
  newId: () => randomUUID().replaceAll("-", "").slice(0, 20),
  newUuid: () => randomUUID(),
};
