import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";
import { startInitialized } from "../support/raw-server.js";

const board = useBoard();
let project: string;
let task: string;
let session: string;

beforeAll(async () => {
  project = await board.project({ name: "Apollo", priority: "critical" });
  task = await board.task(project, { title: "Land" });
  ({ session_id: session } = await board.call("board_create_session", {
    project_id: project,
    agent_name: "pilot",
    title: "Descent",
  }));
});

async function read(uri: string, agent: Agent = board.agent): Promise<Answer> {
  const { contents } = await agent.client.readResource({ uri });
  expect(contents).toMatchObject([{ uri, mimeType: "application/json" }]);
  return JSON.parse((contents[0] as { text: string }).text);
}

async function completions(uri: string, value: string, name = "id", agent: Agent = board.agent): Promise<string[]> {
  const { completion } = await agent.client.complete({ ref: { type: "ref/resource", uri }, argument: { name, value } });
  return completion.values;
}

describe("reading a resource gives what its tool gives, as JSON text", () => {
  it.each<[uri: () => string, tool: string, args: () => object]>([
    [() => "board://projects", "board_get_projects", () => ({})],
    [() => `board://projects/${project}/handoff`, "board_get_handoff", () => ({ project_id: project })],
    [() => `board://tasks/${task}`, "board_get_task", () => ({ task_id: task })],
    [() => `board://sessions/${session}`, "board_get_session", () => ({ session_id: session })],
  ])("%s", async (uri, tool, args) => {
    const answers = [await read(uri()), await board.call(tool, { ...args() })];
    // The times in status grow between the two calls.
    const [resource, answer] = answers.map(({ time_in_status: _, ...rest }) => rest);
    expect(resource).toEqual(answer);
  });

  it("of a project, with its task counts", async () => {
    const { projects } = await board.call("board_get_projects");
    const row = projects.find(({ id }: Answer) => id === project);
    // A row of a list leaves out what is null.
    expect(await read(`board://projects/${project}`)).toEqual({ description: null, ...row });
  });

  it("of an id that a client has encoded", async () => {
    await board.db.doc("tasks/a:b").set({ project_id: project, title: "odd" });
    expect(await read("board://tasks/a%3Ab")).toMatchObject({ id: "a:b", title: "odd" });
  });
});

describe("a resource that does not exist", () => {
  it.each([
    ["board://projects/nope", -32_602, "project_not_found"],
    ["board://projects/nope/handoff", -32_602, "project_not_found"],
    ["board://tasks/nope", -32_602, "task_not_found"],
    ["board://sessions/nope", -32_602, "session_not_found"],
    ["board://tasks/", -32_602, "invalid_argument"],
    ["board://tasks/a/b", -32_602, "invalid_argument"],
    ["board://tasks/%2e%2e", -32_602, "invalid_argument"],
    ["board://tasks/__x__", -32_602, "invalid_argument"],
    ["board://tasks/%E0%A4%A", -32_602, "invalid_argument"],
    ["board://projects//handoff", -32_602, "invalid_argument"],
    ["board://nothing", -32_602, "invalid_argument"],
    ["file:///etc/passwd", -32_602, "invalid_argument"],
    ["", -32_602, "invalid_argument"],
  ])("%s", async (uri, code, name) => {
    const refused = board.agent.client.readResource({ uri });
    await expect(refused).rejects.toMatchObject({ code, data: { code: name, hint: expect.stringMatching(/\S/) } });
  });

  it("is reported without a stack or a path, also when the store fails", async () => {
    const server = await startInitialized({ FIREBOARD_STORE: "emulator" });
    const answers = [
      await server.ask("resources/read", { uri: "board://projects" }),
      await server.ask("resources/list"),
      await server.ask("completion/complete", {
        ref: { type: "ref/resource", uri: "board://tasks/{id}" },
        argument: { name: "id", value: "" },
      }),
    ];
    server.end();
    await server.exited;
    for (const { error } of answers) {
      expect(error).toMatchObject({ code: -32_603, data: { code: "unavailable" } });
      expect(JSON.stringify(error)).not.toMatch(/\.js|\bat |\/work|node_modules/);
    }
  });

  it("ends at the deadline when the store never answers", async () => {
    const silent = await startInitialized({
      FIRESTORE_EMULATOR_HOST: "127.0.0.1:9",
      FIREBOARD_DEADLINE_MS: "300",
    });
    const { error } = await silent.ask("resources/read", { uri: "board://tasks/x" });
    silent.end();
    await silent.exited;
    expect(["deadline_exceeded", "unavailable"]).toContain(error.data.code);
  });
});

describe("listing", () => {
  it("gives the projects and their handoffs, page by page, each once", async () => {
    const made = await Promise.all(Array.from({ length: 60 }, (_, at) => board.project({ name: `p${at}` })));
    const uris: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await board.agent.client.listResources(cursor === undefined ? {} : { cursor });
      expect(page.resources.length).toBeLessThanOrEqual(101);
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const all = [project, ...made];
    const expected = all.flatMap((id) => [`board://projects/${id}`, `board://projects/${id}/handoff`]);
    expect(uris.sort()).toEqual(["board://projects", ...expected].sort());
  });

  it("gives them titles for people", async () => {
    const { resources } = await board.agent.client.listResources();
    expect(resources.slice(0, 3)).toMatchObject([
      { uri: "board://projects", title: "Projects" },
      { uri: `board://projects/${project}`, title: "Project: Apollo", mimeType: "application/json" },
      { uri: `board://projects/${project}/handoff`, title: "Handoff: Apollo" },
    ]);
  });

  it("refuses a cursor that it did not give out", async () => {
    await expect(board.agent.client.listResources({ cursor: "x" })).rejects.toMatchObject({ code: -32_602 });
  });

  it("gives the templates without opening the store", async () => {
    const server = await startInitialized({ FIREBOARD_STORE: "emulator" });
    const { result } = await server.ask("resources/templates/list");
    server.end();
    await server.exited;
    expect(result.resourceTemplates.map(({ uriTemplate }: Answer) => uriTemplate)).toEqual([
      "board://projects/{id}",
      "board://projects/{id}/handoff",
      "board://tasks/{id}",
      "board://sessions/{id}",
    ]);
  });
});

describe("ids complete from the board", () => {
  it.each<[uri: string, typed: () => string, expected: () => string]>([
    ["board://projects/{id}", () => "apol", () => project],
    ["board://projects/{id}/handoff", () => project.slice(0, 5), () => project],
    ["board://tasks/{id}", () => "LAND", () => task],
    ["board://tasks/{id}", () => task, () => task],
    ["board://sessions/{id}", () => "desc", () => session],
    ["board://sessions/{id}", () => "pilot", () => session],
  ])("%s", async (uri, typed, expected) => {
    expect(await completions(uri, typed())).toEqual([expected()]);
  });

  it("to nothing for an unknown title, argument or template", async () => {
    expect(await completions("board://tasks/{id}", "no such title")).toEqual([]);
    expect(await completions("board://tasks/{id}", "", "title")).toEqual([]);
    expect(await completions("board://nothing/{id}", "")).toEqual([]);
  });

  it("to at most 100", async () => {
    const writes = Array.from({ length: 130 }, (_, at) =>
      board.db.doc(`tasks/many-${at}`).set({ project_id: project, title: "many", updated_at: new Date() }),
    );
    await Promise.all(writes);
    const { completion } = await board.agent.client.complete({
      ref: { type: "ref/resource", uri: "board://tasks/{id}" },
      argument: { name: "id", value: "many-" },
    });
    expect(completion.values).toHaveLength(100);
    expect(completion).toMatchObject({ hasMore: true, total: 130 });
  });
});

describe("a server of one project", () => {
  let scoped: Agent;
  let elsewhere: string;
  let hidden: string;
  beforeAll(async () => {
    elsewhere = await board.project({ name: "Elsewhere" });
    hidden = await board.task(elsewhere, { title: "Hidden" });
    scoped = await startAgent({ ...board.database.env, FIREBOARD_ONLY_PROJECT: project, FIREBOARD_READ_ONLY: "1" });
  });
  afterAll(() => scoped?.close());

  it("lists, reads and completes that project alone", async () => {
    const { resources } = await scoped.client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      "board://projects",
      `board://projects/${project}`,
      `board://projects/${project}/handoff`,
    ]);
    expect((await read("board://projects", scoped)).projects).toMatchObject([{ id: project }]);
    expect(await read(`board://tasks/${task}`, scoped)).toMatchObject({ id: task });
    for (const uri of [
      `board://projects/${elsewhere}`,
      `board://projects/${elsewhere}/handoff`,
      `board://tasks/${hidden}`,
    ])
      await expect(scoped.client.readResource({ uri })).rejects.toMatchObject({ code: -32_602 });
    expect(await completions("board://projects/{id}", "", "id", scoped)).toEqual([project]);
    expect(await completions("board://tasks/{id}", "hidden", "id", scoped)).toEqual([]);
  });
});
