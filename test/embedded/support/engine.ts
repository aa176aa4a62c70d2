import { Firestore } from "@google-cloud/firestore";
import { type Engine, type EngineOptions, type EngineTestOptions, startEngine } from "../../../src/embedded/index.js";

/** No composite indexes and no overrides. */
export const NO_INDEXES: EngineOptions["indexes"] = { indexes: [], fieldOverrides: [] };

/** An engine with a client. */
export interface TestStore {
  engine: Engine;
  db: Firestore;
  close(): Promise<void>;
}

/** A client of the engine or the emulator on this port. */
export function connect(port: number, token?: string, projectId = "demo-test"): Firestore {
  return new Firestore({
    projectId,
    host: `127.0.0.1:${port}`,
    ssl: false,
    customHeaders: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    credentials: { client_email: "test@example.com", private_key: "none" },
  });
}

/** An engine in memory with a client. */
export async function startTestStore(options: Partial<EngineOptions> & EngineTestOptions = {}): Promise<TestStore> {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, ...options });
  const db = connect(engine.port, options.token);
  return {
    engine,
    db,
    async close() {
      await db.terminate();
      await engine.close();
    },
  };
}
