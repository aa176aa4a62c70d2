import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, type JSONRPCMessage } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Store } from "../../src/firestore/store.js";
import { createServer } from "../../src/mcp/server.js";
import { defineTool, READS, type Tool } from "../../src/tools/define.js";
import { heldTool } from "../support/held-tool.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const CALLS = 50;
const MEGABYTE = 1024 * 1024;

/** A client of a server in this process that offers one tool, and the server's end of the connection. */
async function serverOf(tool: Tool) {
  const server = createServer({
    version: "0.0.0",
    tools: [tool],
    store: async () => ({}) as Store,
    runtime: { now: () => new Date(), newId: () => "id", newUuid: () => "uuid" },
    heartbeat: { intervalMs: 60_000, seen: () => {}, stop: async () => {} },
    deadlineMs: 60_000,
    telemetryDeadlineMs: 60_000,
    log() {},
  }).create();
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "0.0.0" });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  return { client, ours };
}

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
  const { client } = await serverOf(probe);
  for (let call = 0; call < CALLS; call += 1) await client.callTool({ name: "probe", arguments: {} });

  // A WeakRef keeps its object alive until the turn of the event loop that made it is over.
  await nextTurn();
  collectGarbage();
  const kept = results.filter((result) => result.deref() !== undefined).length;
  // The last call may not have ended completely.
  expect(kept).toBeLessThanOrEqual(1);
  await client.close();
});

test("the server keeps nothing of calls that were cancelled while they waited for another", async () => {
  const { tool: write, begun, finish } = heldTool("slow");
  const { client, ours } = await serverOf(write);
  // The client keeps what it sent, so the calls come without it.
  const send = (message: object) => ours.onmessage?.({ jsonrpc: "2.0", ...message } as JSONRPCMessage);
  const call = (id: string, text = "") =>
    send({ id, method: "tools/call", params: { name: "write", arguments: { id, text } } });
  call("slow");
  const usedBefore = await memoryInUse();
  for (let at = 0; at < CALLS; at += 1) {
    call(`waiting ${at}`, longText(at));
    await nextTurn();
    send({ method: "notifications/cancelled", params: { requestId: `waiting ${at}` } });
    await nextTurn();
  }
  expect((await memoryInUse()) - usedBefore).toBeLessThan((CALLS / 5) * MEGABYTE);
  finish();
  await client.callTool({ name: "write", arguments: { id: "last", text: "" } });
  expect(begun).toEqual(["slow", "last"]);
  await client.close();
});

/** A text of a megabyte, which lies in the heap as the texts of a JSON message do. */
function longText(at: number): string {
  return JSON.parse(`"${String(at).padEnd(MEGABYTE, ".")}"`);
}

/** Bytes of the heap. */
async function memoryInUse(): Promise<number> {
  await nextTurn();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
