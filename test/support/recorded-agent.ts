import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { type Agent, startAgent } from "./client.js";
import { lane } from "./lane.js";
import { openDatabase } from "./open-database.js";
import { type RpcRecorder, startRpcRecorder } from "./rpc-recorder.js";

/** An agent whose server uses the Firestore of this lane through a recorder, and direct access to that Firestore. */
export interface RecordedAgent {
  agent: Agent;
  recorder: RpcRecorder;
  db: Firestore;
}

/** Starts a recorded agent for the tests of a file, with `env` for its server; gives a function that returns it. */
export function useRecordedAgent(env: Record<string, string> = {}): () => RecordedAgent {
  let engine: { host: string; port: number; close(): Promise<void> } | undefined;
  let started: RecordedAgent | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    if (lane === "embedded") engine = await startEngine({ file: ":memory:", indexes: loadIndexes("") });
    const host = engine ? `${engine.host}:${engine.port}` : (process.env.FIREBOARD_TEST_EMULATOR_HOST ?? "");
    const projectId = `demo-recorded-${Date.now()}`;
    const recorder = await startRpcRecorder(host);
    const agent = await startAgent({ FIRESTORE_EMULATOR_HOST: recorder.host, FIREBOARD_PROJECT_ID: projectId, ...env });
    const common = { databaseId: "(default)", collectionPrefix: "" };
    const { store, db } = await openDatabase({ mode: "emulator", host, projectId, ...common });
    started = { agent, recorder, db };
    close = store.close;
  });
  afterAll(async () => {
    await started?.agent.close();
    await close?.();
    await started?.recorder.close();
    await engine?.close();
  });
  return () => {
    if (!started) throw new Error("the recorded agent has not started");
    return started;
  };
}
