import { expect, it } from "vitest";
import { useDatabases } from "../support/lane.js";
import { peakMemory, TELLS_USAGE, untilIdle } from "../support/process-usage.js";
import { type RawServer, startInitialized, toolCall } from "../support/raw-server.js";

const database = useDatabases();

const MiB = 1024 * 1024;
const PING = { jsonrpc: "2.0", method: "ping" };

async function start(deadlineMs = 80_000): Promise<RawServer> {
  const { env } = await database();
  return await startInitialized({ ...env, FIREBOARD_DEADLINE_MS: String(deadlineMs) });
}

async function end(server: RawServer): Promise<void> {
  server.end();
  expect(await server.exited).toBe(0);
}

/** What a call ended in: "ok", or the code of its refusal. */
async function endOf(server: RawServer, id: number): Promise<string> {
  const { result } = await server.answer(id);
  return result.isError ? JSON.parse(result.content[1].text).error.code : "ok";
}

async function endsOf(server: RawServer, ids: readonly number[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const outcome = await endOf(server, id);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Ids of calls, above those of the handshake. */
const numbered = (count: number) => Array.from({ length: count }, (_, at) => FIRST_ID + at);
const FIRST_ID = 10_000;

it.each([
  ["when it has no end", ""],
  ["when it is a call", JSON.stringify(toolCall(7, "board_create_project", { name: "" })).slice(0, -4)],
])("a line of more than 10 MiB is refused and not kept, and the next one is answered: %s", async (_, beginning) => {
  const server = await start();
  const before = peakMemory(server.pid);
  server.write(beginning);
  for (let sent = 0; sent < 200; sent++) server.write("x".repeat(MiB));
  server.write('"}}}\n');
  server.send({ ...PING, id: 1 });
  expect(await server.answer(1)).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  const refused = server.lines.map((line) => JSON.parse(line)).filter(({ error }) => error);
  expect(refused).toEqual([
    { jsonrpc: "2.0", id: null, error: { code: -32_600, message: expect.stringContaining("10 MiB") } },
  ]);
  expect(server.stderr()).toContain("protocol_error");
  expect(peakMemory(server.pid) - before).toBeLessThan(120);
  await end(server);
});

it("a line of just under 10 MiB is read, in whatever pieces it comes", async () => {
  const server = await start();
  const call = JSON.stringify(toolCall(1, "board_create_project", { name: "p", description: "日".repeat(3_400_000) }));
  const bytes = Buffer.from(`${call}\n`);
  for (let from = 0; from < bytes.length; from += 1_000_001) server.write(bytes.subarray(from, from + 1_000_001));
  expect(await endOf(server, 1)).toBe("invalid_argument");
  await end(server);
});

it.runIf(TELLS_USAGE)("a client that stops reading keeps answers waiting, not the server's memory", async () => {
  const server = await start(20_000);
  server.send(toolCall(0, "board_create_project", { name: "p" }));
  const project_id = (await server.answer(0)).result.structuredContent.id;
  const large = { project_id, title: "t", description: "日".repeat(50_000) };
  const { result } = await server.ask("tools/call", { name: "board_create_task", arguments: large });
  const task_id = result.structuredContent.id;
  const before = peakMemory(server.pid);

  server.stopReading();
  // Each answer has 300 KB.
  const ids = numbered(300);
  server.send(...ids.map((id) => toolCall(id, "board_get_task", { task_id })));
  await untilIdle(server.pid);
  expect(peakMemory(server.pid) - before).toBeLessThan(150);

  server.readOn();
  // Waiting counts as time of the call.
  const { ok = 0, deadline_exceeded: late = 0 } = await endsOf(server, ids);
  expect(ok + late).toBe(ids.length);
  expect(ok).toBeGreaterThan(0);
  await end(server);
});

it("of thousands of calls at once some run, the others are refused, and each is answered once", async () => {
  const server = await start(10_000);
  const before = peakMemory(server.pid);
  const ids = numbered(2_000);
  server.send(...ids.map((id) => toolCall(id, "board_get_projects")));
  const { ok = 0, rate_limited: refused = 0, deadline_exceeded: late = 0 } = await endsOf(server, ids);
  expect(ok + refused + late).toBe(ids.length);
  expect(ok).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  expect(server.lines.filter((line) => JSON.parse(line).id >= FIRST_ID)).toHaveLength(ids.length);
  if (TELLS_USAGE) expect(peakMemory(server.pid) - before).toBeLessThan(200);
  server.send(toolCall("after", "board_get_projects"));
  expect((await server.answer("after")).result.isError).toBeUndefined();
  await end(server);
});

it("hundreds of writes that are sent together are all made, in their order", async () => {
  const server = await start();
  server.send(toolCall(0, "board_create_project", { name: "p" }));
  const project_id = (await server.answer(0)).result.structuredContent.id;
  const ids = numbered(200);
  const entry = (id: number) => ({ project_id, agent_name: "a", action: "noted", details: String(id) });
  server.send(...ids.map((id) => toolCall(id, "board_log_activity", entry(id))));
  server.send(toolCall("last", "board_get_activity", { project_id, limit: 5 }));
  expect(await endsOf(server, ids)).toEqual({ ok: ids.length });
  const { entries } = (await server.answer("last")).result.structuredContent;
  expect(entries.map(({ details }: { details: string }) => details)).toEqual(ids.slice(-5).reverse().map(String));
  await end(server);
});
