import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Store } from "../../src/firestore/store.js";
import { createServer } from "../../src/mcp/server.js";
import { defineTool, READS } from "../../src/tools/define.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const CALLS = 50;

test("the server keeps no result of a call in memory after the call", async () => {
  const results: WeakRef<object>[] = [];
  const probe = defineTool({
    name: "probe",
    title: "Probe",
    description: "Answers something large",
    annotations: READS,
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    handler: async () => {
      const result = { text: "x".repeat(10_000) };
      results.push(new WeakRef(result));
      return result;
    },
  });
  const { server } = createServer({
    version: "0.0.0",
    tools: [probe],
    store: async () => ({}) as Store,
    runtime: { now: () => new Date(), newId: () => "id", newUuid: () => "uuid" },
    heartbeat: { intervalMs: 60_000, seen: () => {}, stop: async () => {} },
    deadlineMs: 60_000,
    telemetryDeadlineMs: 60_000,
    log() {},
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "0.0.0" });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  for (let call = 0; call < CALLS; call += 1) await client.callTool({ name: "probe", arguments: {} });

  // A WeakRef keeps its object alive until the turn of the event loop that made it is over.
  await nextTurn();
  collectGarbage();
  const kept = results.filter((result) => result.deref() !== undefined).length;
  // The last call may not have ended completely.
  expect(kept).toBeLessThanOrEqual(1);
  await client.close();
});
