import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { StoreConfig } from "../../src/firestore/store-config.js";

/** An empty database on the store of this lane. */
export interface TestDatabase {
  /** The environment with which a server process uses it. */
  env: Record<string, string>;
  /** The configuration with which a test opens it directly. */
  config: StoreConfig;
  remove(): Promise<void>;
}

/** The store that the tests of this lane use. */
export const lane = process.env.FIREBOARD_TEST_LANE === "emulator" ? "emulator" : "embedded";

/** Makes an empty database: a new folder on the embedded store, a new project id on the emulator. */
export async function freshDatabase(store: typeof lane = lane): Promise<TestDatabase> {
  const common = { databaseId: "(default)", collectionPrefix: "" };
  if (store === "embedded") {
    const dataDir = await mkdtemp(join(tmpdir(), "fireboard-test-"));
    return {
      env: { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: dataDir },
      config: { mode: "embedded", projectId: "fireboard", dataDir, ...common },
      remove: () => rm(dataDir, { recursive: true, force: true }),
    };
  }
  const host = process.env.FIREBOARD_TEST_EMULATOR_HOST ?? "";
  const projectId = `demo-${randomBytes(6).toString("hex")}`;
  return {
    env: { FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: host, FIREBOARD_PROJECT_ID: projectId },
    config: { mode: "emulator", host, projectId, ...common },
    remove: async () => {},
  };
}

/** Gives a function that makes empty databases; those of a test are removed after it. */
export function useDatabases(): () => Promise<TestDatabase> {
  const made: TestDatabase[] = [];
  afterEach(async () => {
    for (const database of made.splice(0)) await database.remove();
  });
  return async () => {
    const database = await freshDatabase();
    made.push(database);
    return database;
  };
}
