import { describe, expect, it } from "vitest";
import type { Agent, Answer } from "../support/client.js";
import { action, beginTurn, dialog, newRequestId, openLog, stored } from "../support/turnlog.js";
import { rounds as all, PROCESSES, race, useServers } from "./servers.js";

const servers = useServers();
/** Half as many as usual: each of these races makes many calls. */
const rounds = all.slice(0, Math.ceil(all.length / 2));
const first = () => servers.agents[0] as Agent;

/** Opens a session with a turn; gives the ids by which every process can name them. */
async function openTurn() {
  const sessionId = await openLog(first());
  const requestId = await beginTurn(first());
  return { agent: "ClaudeCowork", sessionId, requestId };
}

/** What each process does to the turn at once, ending it included. */
const EDITS: ((agent: Agent, names: object, at: number) => Promise<Answer>)[] = [
  ({ call }, names, at) => call("sessionlog_append_dialog", { ...names, dialogItems: dialog(3, at * 3) }),
  ({ call }, names, at) => call("sessionlog_update_turn", { ...names, tags: [`tag-${at}`] }),
  ({ call }, names) => call("sessionlog_complete_turn", { ...names, response: "done" }),
  ({ call }, names) => call("sessionlog_fail_turn", { ...names, errorMessage: "no" }),
];

describe(`${PROCESSES} processes at one turn`, () => {
  it.each(rounds)("end it once, and nothing comes after the end (round %i)", async () => {
    const names = await openTurn();
    const { won, lost } = await race(
      servers.agents.flatMap((agent, at) => EDITS.map((edit) => edit(agent, names, at))),
    );
    const ends = won.filter(({ status }) => status === "completed" || status === "failed");
    expect(ends).toHaveLength(1);
    expect(new Set(lost)).toEqual(new Set(["turn_immutable"]));

    const document = stored(servers.db, names.sessionId, names.requestId);
    const [turn, session, items] = await Promise.all([document.turn(), document.session(), document.dialog()]);
    expect(turn.status).toBe(ends[0].status);
    const appended = won.filter((result) => "appended" in result);
    expect(turn.dialog_count).toBe(appended.length * 3);
    expect(items.map(({ ordinal }) => ordinal)).toEqual(items.map((_, at) => at));
    expect(items).toHaveLength(turn.dialog_count);
    expect(Math.max(0, ...items.map(({ created_at }) => created_at.toMillis()))).toBeLessThanOrEqual(
      turn.updated_at.toMillis(),
    );
    const tagged = won.filter((result) => "lastUpdated" in result);
    expect(turn.tags).toHaveLength(tagged.length);
    expect(session.tags).toEqual(turn.tags);
    expect(session.turn_count).toBe(1);
  });

  it("keep the order of each one's items, and count items, files and tags exactly", async () => {
    const names = await openTurn();
    await Promise.all(
      servers.agents.map(async ({ call }, at) => {
        for (let round = 0; round < 3; round += 1) {
          await call("sessionlog_append_dialog", { ...names, dialogItems: dialog(4, at * 100 + round * 4) });
          const actions = [action("edit", "shared.ts"), action("create", `own-${at}-${round}.ts`)];
          await call("sessionlog_append_actions", { ...names, actions });
          await call("sessionlog_update_turn", { ...names, tags: ["shared", `own-${at}`] });
        }
      }),
    );
    const document = stored(servers.db, names.sessionId, names.requestId);
    const items = await document.dialog();
    expect(items).toHaveLength(PROCESSES * 12);
    for (const at of servers.agents.keys()) {
      const own = items.map(({ content }) => Number(content.slice(5))).filter((n) => Math.floor(n / 100) === at);
      expect(own).toEqual(Array.from({ length: 12 }, (_, item) => at * 100 + item));
    }
    expect(await document.actions()).toHaveLength(PROCESSES * 6);
    const session = await document.session();
    expect(session.files_modified_count).toBe(1 + PROCESSES * 3);
    expect([...session.tags].sort()).toEqual(["shared", ...servers.agents.map((_, at) => `own-${at}`)].sort());
    expect(await document.turn()).toMatchObject({ dialog_count: PROCESSES * 12, action_count: PROCESSES * 6 });
  });
});

describe(`${PROCESSES} processes at one session`, () => {
  it.each(rounds)("begin one turn, and the other calls are refused (round %i)", async () => {
    const sessionId = await openLog(first());
    const begin = ({ call }: Agent) => {
      const given = { agent: "ClaudeCowork", sessionId, requestId: newRequestId(), queryTitle: "T", queryText: "" };
      return call("sessionlog_begin_turn", given);
    };
    const { won, lost } = await race(servers.agents.map(begin));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(new Array(PROCESSES - 1).fill("invalid_turn_state"));
    expect((await stored(servers.db, sessionId, "x").session()).turn_count).toBe(1);
  });

  it("count every turn that each of them begins and ends", async () => {
    const sessionId = await openLog(first());
    const turns = await Promise.all(
      servers.agents.map(async (agent) => {
        for (let tries = 0; tries < 500; tries += 1) {
          const { won } = await race([beginTurn(agent, { agent: "ClaudeCowork", sessionId })]);
          if (won.length === 1) return await agent.call("sessionlog_complete_turn", { response: "done" });
        }
        throw new Error("never got a turn");
      }),
    );
    expect(turns).toHaveLength(PROCESSES);
    const session = await stored(servers.db, sessionId, "x").session();
    expect(session.turn_count).toBe(PROCESSES);
    const found = await servers.db.collection(`sessions/${sessionId}/turns`).get();
    expect(found.docs.map((turn) => turn.get("status"))).toEqual(new Array(PROCESSES).fill("completed"));
  });

  it("open it once under one id", async () => {
    const sessionId = `Racer-20260409T120000Z-${newRequestId()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "")}`;
    const given = { agent: "Racer", sessionId, title: "T" };
    const { won, lost } = await race(servers.agents.map(({ call }) => call("sessionlog_open_session", given)));
    expect(won).toHaveLength(1);
    expect(lost).toEqual(new Array(PROCESSES - 1).fill("session_already_exists"));
  });

  it("close it while a turn begins: it has the turn, or it is closed", async () => {
    for (const _ of rounds) {
      const sessionId = await openLog(first());
      const names = { agent: "ClaudeCowork", sessionId };
      const [one, other] = servers.agents as [Agent, Agent];
      const { lost } = await race([one.call("sessionlog_close_session", names), beginTurn(other, names)]);
      const session = await stored(servers.db, sessionId, "x").session();
      expect(lost).toEqual([session.status === "completed" ? "session_not_found" : "invalid_turn_state"]);
      expect(session.turn_count).toBe(session.status === "completed" ? 0 : 1);
    }
  });
});
