import { Client, ProtocolError } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { CLI } from "../support/repository.js";

/** The client of the next major version of the MCP SDK, as a host would use it. */
describe.each(["auto", "legacy"] as const)("the 2.x client with %s negotiation", (mode) => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    const { PATH = "", HOME = "" } = process.env;
    const env = { PATH, HOME, ...database.env };
    client = new Client({ name: "next", version: "2" }, { versionNegotiation: { mode } });
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [CLI], env, stderr: "ignore" }));
  });
  afterAll(async () => {
    await client?.close();
    await database?.remove();
  });

  it("negotiates a protocol version and lists what the server offers", async () => {
    expect(client.getNegotiatedProtocolVersion()).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(client.getServerVersion()).toMatchObject({ name: "fireboard" });
    expect(client.getInstructions()).toContain("board_create_session");
    const capabilities = client.getServerCapabilities();
    expect(capabilities).toMatchObject({ tools: {}, resources: {}, prompts: {}, completions: {} });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("board_create_task");
  });

  it("calls tools, reads resources and prompts, and gets results and refusals", async () => {
    const created = await client.callTool({ name: "board_create_project", arguments: { name: "Apollo" } });
    expect(created).toMatchObject({ structuredContent: { name: "Apollo", status: "active" } });
    const project_id = (created.structuredContent as { id: string }).id;
    const refused = await client.callTool({ name: "board_get_task", arguments: { task_id: "nope" } });
    expect(refused.isError).toBe(true);
    const [sentence, json] = refused.content as { text: string }[];
    // Hosts read the first text as the result when it parses as JSON.
    expect(() => JSON.parse(sentence?.text ?? "{}")).toThrow();
    expect(sentence?.text).toBe("task_not_found: There is no task nope. Hint: board_get_tasks names those that exist.");
    expect(JSON.parse(json?.text ?? "").error).toMatchObject({ code: "task_not_found" });
    const unknown = client.callTool({ name: "board_nothing", arguments: {} });
    await expect(unknown).rejects.toBeInstanceOf(ProtocolError);

    const { contents } = await client.readResource({ uri: `board://projects/${project_id}` });
    expect(JSON.stringify(contents)).toContain("Apollo");
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain(`board://projects/${project_id}/handoff`);
    const { messages } = await client.getPrompt({ name: "stand_up", arguments: { project: "apollo" } });
    expect(JSON.stringify(messages)).toContain(project_id);
    const ref = { type: "ref/prompt", name: "triage" } as const;
    const { completion } = await client.complete({ ref, argument: { name: "project", value: "apo" } });
    expect(completion.values).toEqual(["Apollo"]);
  });
});
