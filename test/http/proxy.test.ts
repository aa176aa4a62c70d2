import { createServer, request, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { callOver, connectHttp, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";

const database = useDatabases();
const start = useHttpServers();
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

const proxies: Server[] = [];
afterEach(() => {
  for (const proxy of proxies.splice(0)) {
    proxy.close();
    proxy.closeAllConnections();
  }
});

const NAME = "board.example.com";
const BASE = "/team/board";
const PUBLIC = { FIREBOARD_PUBLIC_URL: `https://${NAME}${BASE}/` };

/** A reverse proxy that passes requests on under the public name; gives where it listens. */
async function startProxy(target: string, path: (asked: string) => string): Promise<string> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((asked, answer) => {
    const { method, headers, url = "/" } = asked;
    const passedOn = request(
      { hostname, port, method, path: path(url), headers: { ...headers, host: NAME } },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    asked.pipe(passedOn);
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
}

test.each([
  ["keeps", (asked: string) => asked],
  ["takes off", (asked: string) => asked.slice(BASE.length)],
])("a client works behind a proxy that %s the path", async (_, path) => {
  const server = await start({ ...(await database()).env, ...PUBLIC });
  const url = await startProxy(server.url, path);
  const call = callOver(await connectHttp({ url, token: server.token }, `${BASE}/mcp`));
  const { id } = await call("board_create_project", { name: "Apollo" });
  expect(await call("board_get_projects")).toMatchObject({ projects: [{ id }] });
  expect((await fetch(`${url}${BASE}/readyz`)).status).toBe(200);
});

test("a page of the public URL may call, one of another scheme may not", async () => {
  const server = await start({ ...(await database()).env, ...PUBLIC });
  const own = await server.post(LIST, { origin: `https://${NAME}` });
  expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  expect((await server.post(LIST, { origin: `http://${NAME}` })).status).toBe(403);
});

test("a page of an allowed origin may call from a browser, no other one", async () => {
  const page = "https://page.example";
  const server = await start({ ...(await database()).env, FIREBOARD_ALLOWED_ORIGINS: page });
  const preflight = (origin: string) =>
    fetch(`${server.url}/mcp`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  const asked = await preflight(page);
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe(page);
  expect(asked.headers.get("access-control-allow-methods")).toBe("POST");
  expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
  const answered = await server.post(LIST, { origin: page });
  expect([answered.status, answered.headers.get("access-control-allow-origin")]).toEqual([200, page]);
  const refused = await server.post(LIST, { origin: page, authorization: "Bearer another" });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, page]);
  const other = await preflight("https://other.example");
  expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([403, null]);
});

test("many connections that say nothing keep nobody from being answered", async () => {
  const server = await start((await database()).env);
  const { hostname, port } = new URL(server.url);
  const silent = await Promise.all(
    Array.from(
      { length: 300 },
      (_, at) =>
        new Promise<ReturnType<typeof connect>>((resolve, reject) => {
          const socket = connect(Number(port), hostname, () => {
            if (at % 3 === 1) socket.write("POST /mcp HTTP/1.1\r\nHost: 127.0");
            if (at % 3 === 2) socket.write("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{");
            resolve(socket);
          });
          socket.on("error", reject);
        }),
    ),
  );
  expect((await server.post(LIST)).status).toBe(200);
  for (const socket of silent) socket.destroy();
  server.kill("SIGTERM");
  expect(await server.exited).toBe(0);
});
