import { execFile } from "node:child_process";
import { type IncomingHttpHeaders, request } from "node:http";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callOver, connectHttp, type HttpServer, MCP_HEADERS, startHttpServer } from "../support/http-server.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";

const MOST_BYTES = 4 * 1024 * 1024;
const SECRET = "an-argument-that-no-log-may-hold";

let database: TestDatabase;
let server: HttpServer;
beforeAll(async () => {
  database = await freshDatabase();
  server = await startHttpServer(database.env);
});
afterAll(async () => {
  server?.kill("SIGKILL");
  await server?.exited;
  await database?.remove();
});

interface Sent {
  method?: string;
  path?: string;
  /** A header that is null is not sent. */
  headers?: Record<string, string | null>;
  body?: string | Buffer | undefined;
  /** Sends the body in chunks, without saying its length. */
  chunked?: true;
}

/** Sends a request as no library would. */
function send({ method = "POST", path = "/mcp", headers = {}, body, chunked }: Sent) {
  const usual = { ...MCP_HEADERS, authorization: `Bearer ${server.token}`, ...headers };
  const given = Object.entries(usual).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const { hostname, port } = new URL(server.url);
  const length = chunked || body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...Object.fromEntries(given), ...length } },
      (got) => {
        let text = "";
        got.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        got.on("error", reject);
        got.on("end", () => resolve({ status: got.statusCode ?? 0, headers: got.headers, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const message = (params: object = { name: "board_get_projects", arguments: {} }, method = "tools/call") =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
/** A call whose body has so many bytes. */
const large = (bytes: number) => {
  const make = (length: number) => message({ name: "board_search", arguments: { query: "x".repeat(length) } });
  return make(bytes - make(0).length);
};

const BODY = message({ name: "board_create_project", arguments: { name: SECRET } });
const REFUSED: [what: string, sent: Sent, status: number, code: string | number][] = [
  ["no token", { headers: { authorization: null } }, 401, "unauthenticated"],
  ["another token", { headers: { authorization: `Bearer ${SECRET}` } }, 401, "unauthenticated"],
  ["another scheme", { headers: { authorization: "Basic YTpi" } }, 401, "unauthenticated"],
  ["a token in the URL", { path: `/mcp?access_token=${SECRET}` }, 400, "token_in_url"],
  ["the Host of another server", { headers: { host: "board.example.com" } }, 403, "forbidden_host"],
  ["a page elsewhere", { headers: { origin: "https://evil.example" } }, 403, "forbidden_origin"],
  ["a page of another port", { headers: { origin: "http://127.0.0.1:1" } }, 403, "forbidden_origin"],
  ["a page without an origin", { headers: { origin: "null" } }, 403, "forbidden_origin"],
  ["GET", { method: "GET", body: undefined }, 405, "method_not_allowed"],
  ["DELETE", { method: "DELETE" }, 405, "method_not_allowed"],
  ["a preflight, with no origin configured", { method: "OPTIONS" }, 405, "method_not_allowed"],
  ["another path", { path: "/mcp/x" }, 404, "not_found"],
  ["a body that is too large", { body: large(MOST_BYTES + 1) }, 413, "too_large"],
  ["a body of unsaid length that is too large", { body: large(MOST_BYTES + 1), chunked: true }, 413, "too_large"],
  ["another type", { headers: { "content-type": "text/plain" } }, 415, -32_000],
  ["no type", { headers: { "content-type": null } }, 415, -32_000],
  ["answers that are not taken", { headers: { accept: "text/html" } }, 406, -32_000],
  ["no body", { body: "" }, 400, -32_700],
  ["what is no JSON", { body: `{"jsonrpc": ${SECRET}` }, 400, -32_700],
  ["what is no UTF-8", { body: Buffer.from([...Buffer.from(BODY), 0xff]) }, 400, "not_utf8"],
  ["a batch", { body: `[${BODY}]` }, 400, -32_600],
  ["an empty batch", { body: "[]" }, 400, -32_600],
  ["a number", { body: "1" }, 400, -32_600],
  ["an id that is null", { body: '{"jsonrpc":"2.0","id":null,"method":"tools/list"}' }, 400, -32_600],
  ["parameters that are a list", { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}' }, 400, -32_602],
  ["a faulty handshake", { body: message({ protocolVersion: 1 }, "initialize") }, 400, -32_602],
  ["a version that there is not", { headers: { "mcp-protocol-version": "1999-01-01" } }, 400, -32_000],
];

describe("is refused, and the server goes on:", () => {
  test.each(REFUSED)("%s", async (what, sent, status, code) => {
    const answer = await send({ body: BODY, ...sent });
    expect({ what, status: answer.status }).toEqual({ what, status });
    const { error } = JSON.parse(answer.text);
    expect(error.data?.code ?? error.code).toBe(code);
    expect(answer.text).not.toContain(SECRET);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    if (status === 401) expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="fireboard"/);
    if (status === 405) expect(answer.headers.allow).toBe("POST");
    if (status === 413) expect(answer.headers.connection).toBe("close");
    expect((await send({ body: message() })).status).toBe(200);
  });

  test("a head that is too large", async () => {
    const { status } = await send({ body: BODY, headers: { "x-flood": "x".repeat(20_000) } });
    expect(status).toBe(431);
    expect((await send({ body: message() })).status).toBe(200);
  });

  test("nothing of it was done", async () => {
    const call = callOver(await connectHttp(server));
    expect((await call("board_get_projects")).projects).toEqual([]);
  });

  test("each is in the log, without a token or an argument", async () => {
    const { error } = JSON.parse((await send({ body: BODY, headers: { authorization: null } })).text);
    expect(error.data.code).toBe("unauthenticated");
    const requests = server.log.filter(({ event }) => event === "request");
    const denied = requests.map(({ status, code, principal }) => `${status} ${code} ${principal}`);
    const expected = REFUSED.flatMap(([, , status, code]) => (typeof code === "string" ? [`${status} ${code}`] : []));
    // A body is read of those alone who have shown who they are.
    const by = (refusal: string) => (/too_large|not_utf8/.test(refusal) ? `${refusal} machine` : `${refusal} null`);
    expect(denied).toEqual(expect.arrayContaining(expected.map(by)));
    expect(requests[0]).toEqual({
      time: expect.any(String),
      level: "info",
      event: "request",
      principal: null,
      tool: null,
      code: "unauthenticated",
      status: 401,
      ms: expect.any(Number),
    });
    const log = JSON.stringify(server.log);
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain(server.token);
  });
});

describe("is answered:", () => {
  test("a page of the server's own", async () => {
    expect((await send({ body: message(), headers: { origin: server.url } })).status).toBe(200);
  });

  test("a scheme in small letters, as the standard has it", async () => {
    expect((await send({ body: message(), headers: { authorization: `bearer ${server.token}` } })).status).toBe(200);
  });

  test("the largest body", async () => {
    const { status, text } = await send({ body: large(MOST_BYTES) });
    expect(status).toBe(200);
    expect(text).toContain("invalid_argument");
  });

  test("a tool that refuses, with its code in the log", async () => {
    const { status } = await send({ body: message({ name: "board_get_task", arguments: { task_id: "nope" } }) });
    expect(status).toBe(200);
    const line = await server.logged(({ event, tool }) => event === "request" && tool === "board_get_task");
    expect(line).toMatchObject({ principal: "machine", code: "task_not_found", status: 200 });
  });

  test.each(["/healthz", "/readyz"])("%s, whoever asks and by whatever name", async (path) => {
    const headers = { authorization: null, host: "10.0.0.7:80", origin: "https://evil.example" };
    const { status, text } = await send({ method: "GET", path, headers });
    expect([status, text]).toEqual([200, '{"ok":true}']);
  });

  test("curl", async () => {
    const args = ["-sS", "-w", "\n%{http_code}", `${server.url}/mcp`, "--data-binary", message()];
    const headers = { ...MCP_HEADERS, authorization: `Bearer ${server.token}` };
    const flags = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const { stdout } = await promisify(execFile)("curl", [...args, ...flags]);
    expect(stdout).toContain('"structuredContent"');
    expect(stdout.endsWith("\n200")).toBe(true);
  });
});
