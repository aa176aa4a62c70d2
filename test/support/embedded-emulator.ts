import { onTestFinished } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { lane } from "./lane.js";

/** Starts an embedded engine without a token, as an emulator is, for one test; resolves to its host:port. Port 0 is any. */
export async function startEmbeddedEmulator(port = 0): Promise<string> {
  const engine = await startEngine({ file: ":memory:", indexes: loadIndexes(""), port });
  onTestFinished(() => engine.close());
  return `${engine.host}:${engine.port}`;
}

/** A Firestore of this lane that speaks gRPC without a token, for one test: the emulator, or an embedded engine that acts as one. */
export async function laneFirestore(): Promise<string> {
  return lane === "embedded" ? await startEmbeddedEmulator() : (process.env.FIREBOARD_TEST_EMULATOR_HOST ?? "");
}
