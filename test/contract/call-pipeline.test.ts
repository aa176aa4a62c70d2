import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { seededRandom } from "../crash/write-until-killed.js";
import { type Answer, errorOf } from "../support/client.js";
import { useDatabases } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { startInitialized, toolCall } from "../support/raw-server.js";
import { newRequestId, newSessionId, stored } from "../support/turnlog.js";

const database = useDatabases();

const MESSAGES = 200;
const LONG = { timeout: 120_000 };
const NO_HURRY = { FIREBOARD_DEADLINE_MS: "300000", FIREBOARD_TELEMETRY_DEADLINE_MS: "300000" };

/** A request of the pipeline: what it is, and whether a cancellation follows it. */
interface Sent {
  id: number;
  what: keyof typeof WEIGHTS;
  cancelled: boolean;
}

const WEIGHTS = { update: 8, append: 4, count: 4, read: 4, resource: 1, refused: 1, cleanup: 1, ping: 1 };
const KINDS = Object.entries(WEIGHTS).flatMap(([what, weight]) => Array(weight).fill(what)) as Sent["what"][];

it.each([1, 2])("hundreds of calls at once, some cancelled, telemetry between (seed %i)", LONG, async (seed) => {
  const { env, config } = await database();
  const server = await startInitialized({ ...env, ...NO_HURRY });
  const call = async (id: number, tool: string, args: object): Promise<Answer> => {
    server.send(toolCall(id, tool, args));
    return (await server.answer(id)).result.structuredContent;
  };
  const project_id = (await call(1, "board_create_project", { name: "p" })).id;
  const task_id = (await call(2, "board_create_task", { project_id, title: "t0" })).id;
  const [sessionId, requestId, leader] = [newSessionId(), newRequestId(), randomUUID()];
  await call(3, "sessionlog_open_session", { agent: "ClaudeCowork", sessionId, title: "s" });
  await call(4, "sessionlog_begin_turn", { requestId, queryTitle: "t", queryText: "" });
  await call(5, "sessionCreate", { sessionId: leader, agentName: "dev-execute-leader" });

  const requests: Record<Sent["what"], (id: number) => object> = {
    update: (id) => toolCall(id, "board_update_task", { task_id, title: `t${id}`, assigned_agent: `a${id}` }),
    append: (id) =>
      toolCall(id, "sessionlog_append_dialog", {
        dialogItems: [{ role: "model", category: "reasoning", content: `${id}` }],
      }),
    count: (id) => toolCall(id, "sessionUpdate", { sessionId: leader, inputTokens: 1 }),
    read: (id) => toolCall(id, "board_get_task", { task_id }),
    resource: (id) => ({ jsonrpc: "2.0", id, method: "resources/read", params: { uri: `board://tasks/${task_id}` } }),
    refused: (id) => toolCall(id, "board_update_task", { task_id, titel: "x" }),
    cleanup: (id) => toolCall(id, "sessionCleanup"),
    ping: (id) => ({ jsonrpc: "2.0", id, method: "ping" }),
  };
  const random = seededRandom(seed);
  const sent: Sent[] = [];
  const messages: object[][] = Array.from({ length: MESSAGES + 60 }, () => []);
  for (let at = 0; at < MESSAGES; at += 1) {
    const one = {
      id: 100 + at,
      what: KINDS[Math.floor(random() * KINDS.length)] as Sent["what"],
      cancelled: random() < 0.15,
    };
    sent.push(one);
    messages[at]?.unshift(requests[one.what](one.id));
    const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: one.id } };
    if (one.cancelled) messages[at + Math.floor(random() * 60)]?.push(cancel);
  }
  // Half of it in one write, the rest while the first calls are running.
  server.send(...messages.slice(0, MESSAGES / 2).flat());
  await server.ask("ping");
  server.send(...messages.slice(MESSAGES / 2).flat());

  const kept = sent.filter(({ cancelled }) => !cancelled);
  const answers = new Map<number, Answer>();
  for (const { id } of kept) answers.set(id, (await server.answer(id)).result);
  server.end();
  expect(await server.exited).toBe(0);

  const lastUpdateBefore = (id: number) => kept.findLast((one) => one.what === "update" && one.id < id)?.id ?? 0;
  for (const { id, what } of kept) {
    const answer = answers.get(id);
    if (what === "refused") expect(errorOf(answer).code).toBe("invalid_argument");
    else expect([what, answer.isError ?? false]).toEqual([what, false]);
    const shown =
      what === "read" ? answer.structuredContent : what === "resource" && JSON.parse(answer.contents[0].text);
    if (shown) expect(Number(shown.title.slice(1))).toBeGreaterThanOrEqual(lastUpdateBefore(id));
    if (what === "count") expect(answer.structuredContent.session).not.toBeNull();
  }
  const seen = server.lines.map((line) => JSON.parse(line).id);
  expect(new Set(seen).size).toBe(seen.length);

  const { store, db } = await openDatabase(config);
  const entries = await db
    .collection("activity_log")
    .where("task_id", "==", task_id)
    .orderBy("created_at", "desc")
    .get();
  const made = entries.docs
    .slice(0, -1)
    .reverse()
    .map((entry) => Number(entry.get("agent_name").slice(1)));
  expectInOrder(made, sent, "update");
  const task = (await db.doc(`tasks/${task_id}`).get()).data();
  expect(task).toMatchObject({ title: `t${made.at(-1)}`, assigned_agent: `a${made.at(-1)}` });
  const items = await stored(db, sessionId, requestId).dialog();
  expect(items.map(({ ordinal }) => ordinal)).toEqual(items.map((_, at) => at));
  expectInOrder(
    items.map(({ content }) => Number(content)),
    sent,
    "append",
  );
  const counted = (await db.doc(`sessions/${leader}`).get()).get("input_tokens");
  expect(counted).toBeGreaterThanOrEqual(kept.filter(({ what }) => what === "count").length);
  expect(counted).toBeLessThanOrEqual(sent.filter(({ what }) => what === "count").length);
  await store.close();
});

/** Every call that was not cancelled had its effect once, a cancelled one at most once, all in the order of sending. */
function expectInOrder(made: number[], sent: Sent[], what: Sent["what"]): void {
  const all = sent.filter((one) => one.what === what);
  expect(made).toEqual(all.filter(({ id, cancelled }) => !cancelled || made.includes(id)).map(({ id }) => id));
}
