import { onTestFinished } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";

/** Starts an engine that asks for no token, as an emulator does, for one test; returns its host:port. */
export async function engineOn(port = 0) {
  const engine = await startEngine({ file: ":memory:", indexes: loadIndexes(""), port });
  onTestFinished(() => engine.close());
  return `${engine.host}:${engine.port}`;
}
