import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { CLI } from "../support/repository.js";

const board = useBoard();
let project: string;
let task: string;
let session: string;

beforeAll(async () => {
  project = await board.project({ name: "Apollo" });
  task = await board.task(project);
  ({ session_id: session } = await board.call("board_create_session", { project_id: project, agent_name: "pilot" }));
});

/** A client that subscribes to the same board in a process of its own. */
interface Subscriber {
  client: Client;
  /** Every notice so far: the URI, or "list". */
  heard: string[];
  /** Resolves with the first notice of this after `from` notices. */
  notice(of: string, from?: number): Promise<void>;
  /** Subscribes, also to the list of resources; resolves to what ends that. */
  subscribe(...uris: string[]): Promise<() => Promise<void>>;
}

const opened: Client[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
});

async function subscriber(era: "legacy" | "modern", env: Record<string, string> = {}): Promise<Subscriber> {
  const { PATH = "", HOME = "" } = process.env;
  const mode = era === "modern" ? "auto" : "legacy";
  const client = new Client({ name: "subscriber", version: "1" }, { versionNegotiation: { mode } });
  opened.push(client);
  const heard: string[] = [];
  const wake: (() => void)[] = [];
  const hear = (what: string) => {
    heard.push(what);
    for (const each of wake.splice(0)) each();
  };
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => hear(params.uri));
  client.setNotificationHandler("notifications/resources/list_changed", () => hear("list"));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI],
      env: { PATH, HOME, ...board.database.env, ...env },
      stderr: "ignore",
    }),
  );
  return {
    client,
    heard,
    async notice(of, from = 0) {
      while (!heard.slice(from).includes(of)) await new Promise<void>((resolve) => wake.push(resolve));
    },
    async subscribe(...uris) {
      if (era === "modern") {
        const open = await client.listen({ resourceSubscriptions: uris, resourcesListChanged: true });
        return () => open.close();
      }
      for (const uri of uris) await client.subscribeResource({ uri });
      return async () => {
        for (const uri of uris) await client.unsubscribeResource({ uri });
      };
    },
  };
}

const handoffOf = (id: string) => `board://projects/${id}/handoff`;
const rename = (task_id: string, title: string) => board.call("board_update_task", { task_id, title });

describe.each(["legacy", "modern"] as const)("a client of the %s era", (era) => {
  it("is told of changes by other processes, by tools and in the console, until it unsubscribes", async () => {
    const { client, heard, notice, subscribe } = await subscriber(era);
    expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: true, listChanged: true });
    await subscribe(handoffOf(project));
    const end = await subscribe(`board://tasks/${task}`, `board://sessions/${session}`);
    expect(heard).not.toContain(`board://tasks/${task}`);

    await rename(task, `by a tool, ${era}`);
    await Promise.all([notice(`board://tasks/${task}`), notice(handoffOf(project))]);
    await board.call("board_checkpoint_session", { session_id: session, progress_summary: `so far, ${era}` });
    await notice(`board://sessions/${session}`);
    const before = heard.length;
    await board.db.doc(`tasks/${task}`).update({ title: `in the console, ${era}` });
    await notice(`board://tasks/${task}`, before);
    await board.project({ name: `Another, ${era}` });
    await notice("list");

    await end();
    const after = heard.length;
    // What is told of the first round is there when the second one is told of.
    for (const round of ["first", "second"]) {
      const before = heard.length;
      await rename(task, `unheard, ${round}, ${era}`);
      await notice(handoffOf(project), before);
    }
    expect(heard.slice(after)).not.toContain(`board://tasks/${task}`);
  });

  it("is refused what nobody can subscribe to, and more than a connection may have", async () => {
    const { subscribe } = await subscriber(era);
    await expect(subscribe("board://projects")).rejects.toMatchObject({ data: { code: "invalid_argument" } });
    const many = Array.from({ length: 101 }, (_, n) => `board://tasks/none-${n}`);
    await expect(subscribe(...many)).rejects.toMatchObject({ data: { code: "rate_limited" } });
    const end = await subscribe(`board://tasks/${task}`).catch((error) => error.data.code);
    expect(end).toEqual(era === "modern" ? expect.any(Function) : "rate_limited");
  });
});

it("a subscriber is told of many changes in a row at most once a second, and of the last one", async () => {
  const { heard, notice, subscribe } = await subscriber("legacy");
  const uri = `board://tasks/${task}`;
  await subscribe(uri);
  const start = Date.now();
  for (let n = 1; n < 20; n += 1) await rename(task, `${n}`);
  const before = heard.length;
  await rename(task, `the last`);
  await notice(uri, before);
  const seconds = (Date.now() - start) / 1_000;
  expect(heard.filter((each) => each === uri).length).toBeLessThan(seconds + 1.5);
});

it("a subscriber of one project is told nothing of another", async () => {
  const other = await board.project({ name: "Other" });
  const foreign = await board.task(other);
  const { heard, notice, subscribe } = await subscriber("modern", { FIREBOARD_ONLY_PROJECT: project });
  const own = `board://tasks/${task}`;
  await subscribe(`board://tasks/${foreign}`, handoffOf(other), own);
  await rename(foreign, `foreign`);
  await rename(task, `own`);
  await notice(own);
  // What a listener on the foreign task would have told came before the second notice.
  const before = heard.length;
  await rename(task, `own again`);
  await notice(own, before);
  expect(new Set(heard)).toEqual(new Set([own]));
});
