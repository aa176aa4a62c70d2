import { expect, test } from "vitest";
import { useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";
import { peakMemory, TELLS_USAGE } from "../support/process-usage.js";

const database = useDatabases();
const start = useHttpServers();

test("many of the largest messages at a time cost bounded memory", async () => {
  const server = await start((await database()).env);
  const query = "x".repeat(4 * 1024 * 1024 - 1_000);
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "board_search", arguments: { query } },
  });
  const answers = await Promise.all(Array.from({ length: 64 }, () => server.post(body)));
  await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  // The bodies alone are 256 MiB.
  if (TELLS_USAGE) expect(peakMemory(server.pid)).toBeLessThan(800);
  expect((await server.post({ jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(200);
});
