import { onTestFinished } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";

/** Starts an embedded engine without a token, as an emulator is, for one test; resolves to its host:port. Port 0 is any. */
export async function startEmbeddedEmulator(port = 0): Promise<string> {
  const engine = await startEngine({ file: ":memory:", indexes: loadIndexes(""), port });
  onTestFinished(() => engine.close());
  return `${engine.host}:${engine.port}`;
}
