import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useDatabases } from "../support/lane.js";
import { INITIALIZE, type RawServer, startInitialized, startRaw } from "../support/raw-server.js";

const database = useDatabases();

let server: RawServer;
beforeAll(async () => {
  server = await startInitialized((await database()).env);
});
afterAll(async () => {
  server.end();
  expect(await server.exited).toBe(0);
});

let pings = 0;
/** The ids and codes of what the server writes until it answers a ping sent behind `text`. */
async function answersTo(text: string): Promise<unknown[]> {
  const before = server.lines.length;
  pings += 1;
  const id = `ping ${pings}`;
  server.write(text);
  server.send({ jsonrpc: "2.0", id, method: "ping" });
  expect((await server.answer(id)).result).toEqual({});
  return server.lines
    .slice(before)
    .map((line) => JSON.parse(line))
    .filter((message) => message.id !== id)
    .map((message) => [message.id, message.error.code]);
}

describe("a line that is no request is answered, and the server lives", () => {
  const request = (fields: object) => `${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/list", ...fields })}\n`;
  it.each<[what: string, line: string, id: number | string | null, code: number]>([
    ["is no JSON", "this is not JSON\n", null, -32_700],
    ["is cut off", '{"jsonrpc":"2.0","id":5,"method":\n', null, -32_700],
    ["is not UTF-8", "\\xff\\xfe\u0000\n", null, -32_700],
    ["is no message", '{"hello":"world"}\n', null, -32_600],
    ["is a number", "17\n", null, -32_600],
    ["is null", "null\n", null, -32_600],
    ["is a batch", `[${request({}).trim()}]\n`, null, -32_600],
    ["is of another version of JSON-RPC", request({ jsonrpc: "1.0" }), null, -32_600],
    ["has null for an id", request({ id: null }), null, -32_600],
    ["has an object for an id", request({ id: {} }), null, -32_600],
    ["has a fraction for an id", request({ id: 1.5 }), null, -32_600],
    ["has a number for a method", request({ method: 1 }), 7, -32_600],
    ["has no method", request({ method: undefined }), 7, -32_600],
    ["has null for params", request({ params: null }), 7, -32_602],
    ["has a list for params", request({ params: [1] }), 7, -32_602],
    ["has a text for _meta", request({ params: { _meta: "x" } }), 7, -32_602],
  ])("%s", async (_, line, id, code) => {
    expect(await answersTo(line)).toEqual([[id, code]]);
  });

  it("is empty, which no message is", async () => {
    expect(await answersTo("\n \r\n")).toEqual([]);
  });

  it("is a notification with bad params, which nobody waits for", async () => {
    expect(await answersTo('{"jsonrpc":"2.0","method":"notifications/initialized","params":[1]}\n')).toEqual([]);
  });
});

describe("bad parameters of a method", () => {
  it.each<[method: string, params: object]>([
    ["tools/call", {}],
    ["tools/call", { name: 5 }],
    ["tools/call", { name: "board_get_projects", _meta: { progressToken: {} } }],
    ["resources/list", { cursor: 5 }],
    ["resources/read", {}],
    ["resources/read", { uri: ["board://projects"] }],
    ["prompts/get", {}],
    ["prompts/get", { name: "triage", arguments: { project: 5 } }],
    ["prompts/get", { name: "triage", arguments: "Apollo" }],
    ["completion/complete", {}],
    ["completion/complete", { ref: { type: "ref/nothing" }, argument: { name: "a", value: "b" } }],
    ["completion/complete", { ref: { type: "ref/prompt", name: "triage" }, argument: { name: "project" } }],
  ])("of %s %j are refused in a line of words", async (method, params) => {
    const { error } = await server.ask(method, params);
    expect(error.code).toBe(-32_602);
    expect(error.message).not.toMatch(/[{[\n]/);
    expect(error.message.length).toBeLessThan(300);
  });

  it.each<[params: object]>([[{}], [{ ...INITIALIZE, clientInfo: "me" }], [{ ...INITIALIZE, protocolVersion: 5 }]])(
    "of initialize %j are refused, and the connection can still begin",
    async (params) => {
      const fresh = startRaw((await database()).env);
      const { error } = await fresh.ask("initialize", params);
      expect(error.code).toBe(-32_602);
      expect((await fresh.ask("initialize", INITIALIZE)).result.serverInfo.name).toBe("fireboard");
      fresh.end();
      expect(await fresh.exited).toBe(0);
    },
  );

  it("a call without arguments works", async () => {
    const { result } = await server.ask("tools/call", { name: "board_get_projects" });
    expect(result.structuredContent).toEqual({ projects: [], next_cursor: null });
  });

  it("a call with fields of a newer version works", async () => {
    const params = { name: "board_get_projects", arguments: {}, task: { ttl: 1 }, somethingNew: [1], _meta: { a: 1 } };
    const { result } = await server.ask("tools/call", params);
    expect(result.structuredContent).toEqual({ projects: [], next_cursor: null });
  });
});
