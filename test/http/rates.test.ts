import { request } from "node:http";
import { expect, test } from "vitest";
import { type HttpServer, MCP_HEADERS, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";

const database = useDatabases();
const start = useHttpServers();
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

/** A call of which half has been sent: it runs until the rest is. */
function halfSent({ url, token }: HttpServer) {
  const headers = { ...MCP_HEADERS, authorization: `Bearer ${token}` };
  const sent = request(`${url}/mcp`, { method: "POST", headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
  const text = JSON.stringify(LIST);
  sent.write(text.slice(0, 20));
  return { status, rest: () => sent.end(text.slice(20)) };
}

test("more calls than a minute may have are refused until it is over, whatever they ask for", async () => {
  const server = await start({ ...(await database()).env, FIREBOARD_CALLS_PER_MINUTE: "3" });
  const statuses: number[] = [];
  for (const body of [LIST, LIST, []]) statuses.push((await server.post(body)).status);
  expect(statuses).toEqual([200, 200, 400]);
  const refused = await server.post(LIST);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  expect(await refused.json()).toMatchObject({ id: null, error: { data: { code: "rate_limited" } } });
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  // Nobody uses up another one's calls.
  expect((await server.post(LIST, { authorization: "Bearer another" })).status).toBe(401);
});

test("more calls at a time than there may be are refused, and each that ends makes room", async () => {
  const server = await start({ ...(await database()).env, FIREBOARD_CALLS_AT_ONCE: "2" });
  const first = halfSent(server);
  const second = halfSent(server);
  let refused = await server.post(LIST);
  // Each of them is asked again until both halves have arrived.
  while (refused.status === 200) refused = await server.post(LIST);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  first.rest();
  expect(await first.status).toBe(200);
  let answered = await server.post(LIST);
  while (answered.status === 429) answered = await server.post(LIST);
  expect(answered.status).toBe(200);
  second.rest();
  expect(await second.status).toBe(200);
});

test("a client that goes away frees its place", async () => {
  const server = await start({ ...(await database()).env, FIREBOARD_CALLS_AT_ONCE: "1" });
  const gone = new AbortController();
  const { url, token } = server;
  const headers = { ...MCP_HEADERS, authorization: `Bearer ${token}`, "content-length": "100" };
  const sent = request(`${url}/mcp`, { method: "POST", headers, signal: gone.signal });
  sent.on("error", () => {});
  sent.write("{");
  while ((await server.post(LIST)).status === 200);
  gone.abort();
  while ((await server.post(LIST)).status === 429);
  await server.logged(({ event, code }) => event === "request" && code === "connection_lost");
  expect((await server.post(LIST)).status).toBe(200);
});
