import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { errorOf, startAgent, ToolError } from "../support/client.js";
import { startEmbeddedEmulator } from "../support/embedded-emulator.js";
import { validArguments } from "../support/hostile.js";
import { startPartitionProxy } from "../support/partition-proxy.js";
import { startInitialized } from "../support/raw-server.js";
import { startUnresponsiveServer, type UnresponsiveServer } from "../support/unresponsive-server.js";

const ids = { project_id: ["some-project"], task_id: ["some-task"], session_id: ["some-session"] };
/** Arguments that a call needs although its schema does not require them. */
const NEEDED: Record<string, object> = {
  board_claim_task: { task_id: "some-task" },
  board_create_tasks: { tasks: [{ title: "t" }] },
};
/** The tools of the board; telemetry-outage.test.ts has the session tools. */
const BOARD = TOOLS.filter(({ name }) => name.startsWith("board_"));
const READING = BOARD.filter(({ annotations }) => annotations.readOnlyHint);
const WRITING = BOARD.filter(({ annotations }) => !annotations.readOnlyHint);

describe("a store that accepts connections and never answers", () => {
  let store: UnresponsiveServer;
  beforeEach(async () => {
    store = await startUnresponsiveServer();
  });
  afterEach(() => store.close());

  const environment = () => ({
    FIREBOARD_STORE: "emulator",
    FIRESTORE_EMULATOR_HOST: store.host,
    FIREBOARD_DEADLINE_MS: "1000",
  });

  it("every call ends by its deadline, says whether it may have been applied, and the process ends", async () => {
    const server = await startInitialized(environment());
    // Loading the client library may take the first call's time.
    while (store.connections() === 0) await server.ask("tools/call", { name: "board_get_projects" });
    const answers = await Promise.all(
      [...READING, ...WRITING].map(async (tool) => {
        const args = { ...validArguments(tool, ids), ...NEEDED[tool.name] };
        const { result } = await server.ask("tools/call", { name: tool.name, arguments: args });
        const { code, message, hint } = errorOf(result);
        expect({ tool: tool.name, code }).toEqual({ tool: tool.name, code: "deadline_exceeded" });
        expect(hint).not.toBe("");
        return message;
      }),
    );
    const [first, ...behind] = WRITING;
    expect(answers).toEqual([
      ...READING.map(({ name }) => `${name} did not finish in time.`),
      `${first?.name} did not finish in time. The change may have been applied.`,
      ...behind.map(({ name }) => expect.stringContaining(`${name} was not begun`)),
    ]);
    server.end();
    expect(await server.exited).toBe(0);
  });

  it("a server that waits for it can be stopped", async () => {
    const server = await startInitialized({ ...environment(), FIREBOARD_DEADLINE_MS: "600000" });
    server.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "board_get_projects" } });
    await server.ask("ping");
    server.kill("SIGTERM");
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  });
});

it("a store that refuses connections is reported", async () => {
  const store = await startUnresponsiveServer();
  await store.close();
  const server = await startInitialized({
    FIREBOARD_STORE: "emulator",
    FIRESTORE_EMULATOR_HOST: store.host,
    FIREBOARD_DEADLINE_MS: "2000",
  });
  const { result } = await server.ask("tools/call", { name: "board_get_projects", arguments: {} });
  expect(["unavailable", "deadline_exceeded"]).toContain(errorOf(result).code);
  server.end();
  expect(await server.exited).toBe(0);
});

it("a connection that died unnoticed is replaced after at most one failed call", {
  timeout: 180_000,
}, async () => {
  const proxy = await startPartitionProxy(await startEmbeddedEmulator(), "connected");
  const agent = await startAgent({ FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: proxy.host });
  onTestFinished(async () => {
    await agent.close();
    await proxy.close();
  });
  await agent.call("board_create_project", { name: "before" });
  proxy.stallExisting();
  const list = () => agent.call("board_get_projects");
  const { projects } = await list().catch((error: unknown) => {
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ code: "deadline_exceeded" });
    return list();
  });
  expect(projects).toMatchObject([{ name: "before" }]);
});
