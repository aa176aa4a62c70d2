import { readdirSync } from "node:fs";
import {
  CallToolResultSchema,
  CompleteResultSchema,
  GetPromptResultSchema,
  InitializeResultSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
  ReadResourceResultSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Answer } from "../support/client.js";
import { useDatabases } from "../support/lane.js";
import { INITIALIZE, type RawServer, startRaw } from "../support/raw-server.js";

const database = useDatabases();

const MODERN = "2026-07-28";
/** What each request of 2026-07-28 says of its sender (MCP specification 2026-07-28, Base Protocol, "_meta"). */
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": MODERN,
  "io.modelcontextprotocol/clientInfo": { name: "raw-modern", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A request of every method that a server of tools, resources, prompts and completions answers. */
const REQUESTS: [method: string, params: Record<string, unknown>, result: z.ZodType][] = [
  ["tools/list", {}, ListToolsResultSchema],
  ["tools/call", { name: "board_get_projects", arguments: {} }, CallToolResultSchema],
  ["tools/call", { name: "board_get_task", arguments: { task_id: "nope" } }, CallToolResultSchema],
  ["resources/list", {}, ListResourcesResultSchema],
  ["resources/templates/list", {}, ListResourceTemplatesResultSchema],
  ["resources/read", { uri: "board://projects" }, ReadResourceResultSchema],
  ["prompts/list", {}, ListPromptsResultSchema],
  ["prompts/get", { name: "stand_up", arguments: { project: "Apollo" } }, GetPromptResultSchema],
  [
    "completion/complete",
    { ref: { type: "ref/prompt", name: "triage" }, argument: { name: "project", value: "a" } },
    CompleteResultSchema,
  ],
];

async function end(server: RawServer): Promise<void> {
  server.end();
  expect(await server.exited).toBe(0);
}

describe.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])("a client of %s", (protocolVersion) => {
  it("is answered in its version, by the schemas of the older SDK", async () => {
    const server = startRaw((await database()).env);
    const { result } = await server.ask("initialize", { ...INITIALIZE, protocolVersion });
    expect(InitializeResultSchema.parse(result)).toMatchObject({ protocolVersion, serverInfo: { name: "fireboard" } });
    server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await server.ask("tools/call", { name: "board_create_project", arguments: { name: "Apollo" } });
    for (const [method, params, schema] of REQUESTS) {
      const { result } = await server.ask(method, params);
      expect(schema.safeParse(result).error, method).toBeUndefined();
      for (const word of ["resultType", "ttlMs", "cacheScope"]) expect(result, method).not.toHaveProperty(word);
    }
    expect((await server.ask("server/discover", { _meta: ENVELOPE })).error.code).toBeLessThan(-32_000);
    await end(server);
  });
});

describe(`a client of ${MODERN}`, () => {
  const ask = (server: RawServer, method: string, params: object = {}): Promise<Answer> =>
    server.ask(method, { ...params, _meta: ENVELOPE });

  it("is answered without a handshake, and learns how long lists may be kept", async () => {
    const { env } = await database();
    const server = startRaw(env);
    const created = await ask(server, "tools/call", { name: "board_create_project", arguments: { name: "Apollo" } });
    const { id: project_id } = created.result.structuredContent;
    for (const [method, params, schema] of REQUESTS) {
      const { result } = await ask(server, method, params);
      expect(schema.safeParse(result).error, method).toBeUndefined();
      expect(result.resultType, method).toBe("complete");
      const isFixed = ["tools/list", "resources/templates/list", "prompts/list"].includes(method);
      if (isFixed) expect(result, method).toMatchObject({ ttlMs: 3_600_000, cacheScope: "private" });
      if (method === "resources/read") expect(result).toMatchObject({ ttlMs: 0, cacheScope: "private" });
    }
    // The activity entry names the client as its request did.
    const { result } = await ask(server, "tools/call", { name: "board_get_activity", arguments: { project_id } });
    expect(result.structuredContent.entries[0].metadata.client).toBe("raw-modern");
    expect((await server.ask("initialize", INITIALIZE)).error.code).toBeLessThan(-32_000);
    await end(server);
  });

  it("that only asks which versions there are opens no store, and may go on in an older one", async () => {
    const { env } = await database();
    const server = startRaw(env);
    const { result } = await ask(server, "server/discover");
    expect(result).toMatchObject({ supportedVersions: [MODERN], capabilities: { tools: {} } });
    expect(result.instructions).toContain("board_create_session");
    expect(readdirSync(env.FIREBOARD_DATA_DIR as string)).toEqual([]);
    expect((await server.ask("initialize", INITIALIZE)).result.protocolVersion).toBe(INITIALIZE.protocolVersion);
    expect((await server.ask("tools/list")).result.tools.length).toBeGreaterThan(20);
    await end(server);
  });

  it.each(["SIGTERM", "the end of stdin"])(
    "that only asks which versions there are may stop the server by %s",
    async (how) => {
      const { env } = await database();
      const server = startRaw(env);
      await ask(server, "server/discover");
      if (how === "SIGTERM") server.kill("SIGTERM");
      else server.end();
      expect(await server.exited).toBe(0);
      expect(readdirSync(env.FIREBOARD_DATA_DIR as string)).toEqual([]);
    },
  );

  it("is told which versions there are when it asks for another, and what is wrong with its _meta", async () => {
    const server = startRaw((await database()).env);
    const later = { ...ENVELOPE, "io.modelcontextprotocol/protocolVersion": "2031-01-01" };
    const { error } = await server.ask("server/discover", { _meta: later });
    expect(error.data).toMatchObject({ supported: [MODERN], requested: "2031-01-01" });
    const { "io.modelcontextprotocol/clientCapabilities": _, ...incomplete } = ENVELOPE;
    expect((await server.ask("tools/list", { _meta: incomplete })).error.code).toBe(-32_602);
    expect((await ask(server, "tools/list")).result.tools.length).toBeGreaterThan(20);
    await end(server);
  });

  it("cancels a call", async () => {
    const server = startRaw((await database()).env);
    await ask(server, "tools/list");
    const request = { jsonrpc: "2.0", id: "c", method: "tools/call" };
    const call = { name: "board_create_project", arguments: { name: "P" }, _meta: ENVELOPE };
    const cancelled = { requestId: "c", _meta: ENVELOPE };
    server.send({ ...request, params: call }, { jsonrpc: "2.0", method: "notifications/cancelled", params: cancelled });
    await ask(server, "tools/call", { name: "board_get_projects", arguments: {} });
    await end(server);
    expect(server.lines.map((line) => JSON.parse(line).id)).not.toContain("c");
  });
});
