import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreConfig } from "../../src/firestore/store-config.js";

/** A fresh, empty database on this lane's store: what servers need to reach it, and what a test needs to look inside. */
export interface TestDatabase {
  /** The environment for server processes. */
  env: Record<string, string>;
  config: StoreConfig;
  remove(): Promise<void>;
}

/** Which store this lane's tests run on. */
export const lane = process.env.FIREBOARD_TEST_LANE === "emulator" ? "emulator" : "embedded";

/** Makes a fresh database: a folder of its own on the embedded store, a project id of its own on the emulator. */
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
