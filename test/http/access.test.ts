import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES } from "../../src/access/principal.js";
import { offeredTo } from "../../src/calls/offered.js";
import { TOOLS } from "../../src/tools/index.js";
import { runCli } from "../support/cli.js";
import { type Agent, type Answer, outcomeOf } from "../support/client.js";
import { hostileArguments } from "../support/hostile.js";
import { callOver, connectHttp, type HttpServer, startHttpServer } from "../support/http-server.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { type OpenDatabase, openDatabase } from "../support/open-database.js";

/** Part of every text of the project that is nobody's here. */
const SECRET = "elsewhere";

let database: TestDatabase;
let opened: OpenDatabase;
let server: HttpServer;
let owner: Pick<Agent, "call">;
/** Two projects of a principal, and one that is not, each with what is in it. */
let [first, second, other]: { project: string; task: string; session: string }[] = [];

const command = (...args: string[]) => runCli(["token", ...args], database.env);

/** Makes a token as its owner does. */
function makeToken(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = command("create", name, ...args);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function connect(token: string, at: HttpServer = server): Promise<Pick<Agent, "call"> & { client: Client }> {
  const client = await connectHttp({ url: at.url, token });
  return { client, call: callOver(client) };
}

async function makeProject(text: string) {
  const { id: project } = await owner.call("board_create_project", { name: text, description: text });
  const { id: task } = await owner.call("board_create_task", { project_id: project, title: text, description: text });
  await owner.call("board_create_task", { project_id: project, title: `${text} too`, priority: "high" });
  const { session_id: session } = await owner.call("board_create_session", { project_id: project, agent_name: text });
  await owner.call("board_log_activity", { agent_name: text, action: "found", details: text, task_id: task });
  return { project, task, session };
}

beforeAll(async () => {
  database = await freshDatabase();
  opened = await openDatabase(database.config);
  server = await startHttpServer({ ...database.env, FIREBOARD_CALLS_PER_MINUTE: "100000" });
  owner = await connect(server.token);
  first = await makeProject("first");
  second = await makeProject("second");
  other = await makeProject(SECRET);
});
afterAll(async () => {
  server?.kill("SIGKILL");
  await server?.exited;
  await opened?.store.close();
  await database?.remove();
});

/** The refusal's code of a call; null when it was answered. */
async function refusal(agent: Pick<Agent, "call">, tool: string, args: Record<string, unknown>) {
  const outcome = await outcomeOf(agent, tool, args);
  return "refusal" in outcome ? outcome.refusal.code : null;
}

describe.each(ROLES)("the role %s", (role) => {
  test("is listed what it may use, and nothing else runs", async () => {
    const { client, call } = await connect(makeToken(`a ${role}`, "--role", role));
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(offeredTo(TOOLS, { role, projects: null }).map(({ name }) => name));
    const missing = TOOLS.map(({ name }) => name).filter((name) => !names.includes(name));
    for (const name of missing) await expect(call(name, {})).rejects.toThrow("Unknown tool");
    const archived = refusal({ call }, "board_update_project", { project_id: second?.project, status: "archived" });
    if (role === "viewer") await expect(archived).rejects.toThrow("Unknown tool");
    else expect(await archived).toBe(role === "agent" ? "permission_denied" : null);
    if (role !== "viewer") await owner.call("board_update_project", { project_id: second?.project, status: "active" });
  });
});

test("an agent that names nobody does not pass a lease, a lead does", async () => {
  const [agent, lead] = await Promise.all([
    connect(makeToken("worker", "--role", "agent")),
    connect(makeToken("boss", "--role", "lead")),
  ]);
  await owner.call("board_claim_task", { task_id: first?.task, agent_name: "holder" });
  expect(await refusal(agent, "board_update_task", { task_id: first?.task, priority: "low", status: "review" })).toBe(
    "already_claimed",
  );
  expect(await refusal(lead, "board_update_task", { task_id: first?.task, status: "todo" })).toBe(null);
});

test("nobody signs as another: entries keep the principal, and keys are its own", async () => {
  const [one, two] = await Promise.all(["one", "two"].map((name) => connect(makeToken(name, "--role", "agent"))));
  if (!one || !two) throw new Error("no agents");
  const forged = { agent_name: "boss", action: "decided", details: "x", metadata: { principal: "boss" } };
  const { id } = await one.call("board_log_activity", { ...forged, task_id: first?.task });
  const { entries } = await owner.call("board_get_activity", { task_id: first?.task, limit: 5 });
  expect(entries.find((entry: Answer) => entry.id === id).metadata).toMatchObject({ principal: "one" });
  const task = { project_id: first?.project, title: "same", idempotency_key: "key" };
  const made = await Promise.all([one, two, one].map(({ call }) => call("board_create_task", task)));
  const [mine, theirs, again] = made.map((answer) => answer.id);
  expect(mine).not.toBe(theirs);
  expect(again).toBe(mine);
});

describe("a principal of two projects", () => {
  let both: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    const projects = ["--project", String(first?.project), "--project", String(second?.project)];
    both = await connect(makeToken("both", "--role", "admin", ...projects));
  });

  test("sees exactly these, in one order and page by page", async () => {
    const all = await both.call("board_get_projects");
    expect(all.projects.map(({ id }: Answer) => id).toSorted()).toEqual([first?.project, second?.project].toSorted());
    const titles: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await both.call("board_get_activity", { limit: 3, ...(cursor ? { cursor } : {}) });
      titles.push(...page.entries.map(({ created_at }: Answer) => created_at));
      cursor = page.next_cursor;
    } while (cursor);
    const { entries } = await owner.call("board_get_activity", { limit: 200 });
    const own = entries.filter((entry: Answer) => [first?.project, second?.project].includes(entry.project_id));
    expect(titles).toEqual(own.map(({ created_at }: Answer) => created_at));
    const { hits } = await both.call("board_search", { query: "first second" });
    expect(hits.length).toBeGreaterThan(3);
  });

  test("is shown no resource and completed no name of another", async () => {
    const { client } = both;
    const { resources } = await client.listResources();
    const text = JSON.stringify(resources);
    expect([text.includes(String(first?.project)), text.includes(String(second?.project))]).toEqual([true, true]);
    expect(text).not.toContain(SECRET);
    await expect(client.readResource({ uri: `board://tasks/${other?.task}` })).rejects.toThrow("task");
    const { completion } = await client.complete({
      ref: { type: "ref/resource", uri: "board://projects/{id}/handoff" },
      argument: { name: "id", value: "" },
    });
    expect(completion.values.toSorted()).toEqual([first?.project, second?.project].toSorted());
  });

  test("writes nothing elsewhere", async () => {
    expect(await refusal(both, "board_create_task", { project_id: other?.project, title: "x" })).toBe(
      "project_not_found",
    );
    expect(await refusal(both, "board_update_task", { task_id: other?.task, title: "x" })).toBe("task_not_found");
    const moved = { task_id: first?.task, project_id: other?.project };
    expect(await refusal(both, "board_update_task", moved)).toBe("project_not_found");
    expect(await refusal(both, "board_update_task", { ...moved, project_id: second?.project })).toBe(null);
    await both.call("board_update_task", { ...moved, project_id: first?.project });
  });

  test.each(offeredTo(TOOLS, { role: "admin", projects: [] }).map((tool) => [tool.name, tool] as const))(
    "%s, by any arguments with its ids, shows nothing of another, nor of a token",
    async (name, tool) => {
      const { docs } = await opened.db.collection("access_tokens").get();
      const hidden = [SECRET, ...docs.map((doc) => String(doc.get("hash")))];
      const ids = {
        project_id: [String(other?.project), String(first?.project)],
        task_id: [String(other?.task), ...docs.map(({ id }) => id)],
        session_id: [String(other?.session), ...docs.map(({ id }) => id)],
      };
      await fc.assert(
        fc.asyncProperty(hostileArguments(tool, ids), async (args) => {
          const answer = JSON.stringify(await outcomeOf(both, name, args));
          for (const text of hidden) expect(answer).not.toContain(text);
        }),
        { numRuns: 5 },
      );
    },
  );
});

describe("the commands", () => {
  test("make, list and revoke, and a server that starts then refuses it", async () => {
    const token = makeToken('a "name"\nof two lines', "--role", "viewer", "--expires", "90d");
    const id = token.split("_")[1] ?? "";
    expect(await (await connect(token)).call("board_get_projects")).toBeDefined();
    const listed = command("list")
      .stdout.split("\n")
      .filter((line) => line.startsWith(id));
    expect(listed).toEqual([
      expect.stringMatching(/^\w{20} {2}valid +viewer +all projects .*expires 20\d\d-\d\d-\d\d .*\\n/),
    ]);
    expect(command("list").stdout).not.toContain(token);
    expect(command("revoke", id)).toMatchObject({ status: 0 });
    const later = await startHttpServer(database.env);
    await expect(connect(token, later)).rejects.toThrow("revoked");
    later.kill("SIGTERM");
    expect(await later.exited).toBe(0);
  });

  test.each([
    ["an unknown role", ["create", "x", "--role", "owner"], "one of viewer, agent, lead, admin"],
    ["no role", ["create", "x"], "--role"],
    ["a project that there is not", ["create", "x", "--role", "agent", "--project", "nowhere"], "project_not_found"],
    ["no number of days", ["create", "x", "--role", "agent", "--expires", "soon"], "--expires"],
    ["too many projects", ["create", "x", "--role", "agent", ...Array(21).fill("--project=p")], "at most 20"],
    ["an unknown token", ["revoke", "nothing"], "no token"],
  ])("say what is wrong with %s", (_, args, said) => {
    const { status, stdout, stderr } = command(...args);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(said);
  });
});

test("on an address that others reach, it starts with an access token and takes no other", async () => {
  const token = makeToken("remote", "--role", "agent");
  const remote = await startHttpServer({ ...database.env, FIREBOARD_HTTP: "0.0.0.0:0" });
  const url = remote.url.replace("0.0.0.0", "127.0.0.1");
  const call = callOver(await connectHttp({ url, token }));
  expect((await call("board_get_projects")).projects.length).toBeGreaterThan(2);
  await expect(connectHttp({ url, token: server.token })).rejects.toThrow("not known");
  remote.kill("SIGTERM");
  expect(await remote.exited).toBe(0);
});
