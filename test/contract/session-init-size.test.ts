import { beforeAll, describe, expect, it } from "vitest";
import { ids, useBoard } from "../support/board.js";
import type { Answer } from "../support/client.js";

const board = useBoard();
const bytes = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer));
const ANSWER_BYTES = 24_000;
const now = () => new Date();

let project_id: string;
const init = (args: object = {}): Promise<Answer> => board.call("session_init", { project_id, scope: "full", ...args });

/** A board whose every section is as large as it can be: long texts, many sessions, a dense graph, alerts by the hundred. */
beforeAll(async () => {
  const long = "日".repeat(500);
  project_id = await board.project({ name: long, description: long.repeat(30) });
  const writer = board.db.bulkWriter();
  const create = (path: string, fields: object) => void writer.create(board.db.doc(path), fields);
  const elsewhere = Array.from({ length: 40 }, (_, n) => `elsewhere-${n}`);
  for (const id of elsewhere) create(`tasks/${id}`, { project_id: "other", title: long, status: "blocked" });
  const mine = Array.from({ length: 50 }, (_, n) => `mine-${n}`);
  for (const [n, id] of mine.entries()) {
    const depends_on = [...elsewhere, ...mine.slice(0, n)];
    const state = n % 3 === 0 ? "in_progress" : "todo";
    const times = { created_at: new Date(n), updated_at: new Date(n) };
    create(`tasks/${id}`, { project_id, title: long, status: state, priority: "high", depends_on, ...times });
  }
  for (let n = 0; n < 60; n += 1) {
    const common = { project_id, agent_name: "日".repeat(100), kind: "board", started_at: now(), last_seen_at: now() };
    create(`sessions/open-${n}`, { ...common, status: "active" });
    create(`sessions/ended-${n}`, { ...common, status: "completed", ended_at: now(), handoff_notes: long });
    create(`agents/agent-${n}`, { agent_id: `agent-${n}`, project_id, intent: long, last_seen_at: now() });
    create(`memories/memory-${n}`, { project_id, summary: long.repeat(10), agent_id: "ann", updated_at: now() });
  }
  for (let n = 0; n < 12; n += 1) create(`projects/other-${n}`, { name: long, updated_at: now() });
  await writer.close();
});

describe("session_init on a board of the largest kind", () => {
  it.each(["standard", "full", "resume"])("%s takes at most 8,000 tokens and says what it left out", async (scope) => {
    const answer = await init({ scope });
    expect(bytes(answer)).toBeLessThanOrEqual(ANSWER_BYTES);
    const left = Object.fromEntries(answer.omitted.map(({ what, count }: Answer) => [what, count]));
    expect(left.cross_project_alerts).toBe(50 * 40 - answer.cross_project_alerts.length);
    expect(answer.cross_project_alerts.length).toBeGreaterThan(5);
    expect(ids(answer.pending_tasks.tasks)).toEqual(Array.from({ length: 6 }, (_, n) => `mine-${n}`));
  });

  it("gives the beginning of long memories and of the project's description", async () => {
    const long = "日".repeat(5_000);
    const other = await board.project({ description: long });
    const task_id = await board.task(other);
    await board.call("end_session", { agent_id: "ann", summary: long, task_id });
    const { relevant_memories, project_identity } = await init({ project_id: other });
    const beginning = `${"日".repeat(500)}…[cut]`;
    expect(relevant_memories.memories).toMatchObject([{ summary: beginning, task_id }]);
    expect(project_identity.description).toBe(beginning);
  });

  it("sends a section that lost rows again, and one that was whole not", async () => {
    const first = await init({ agent_id: "again" });
    const cut = (answer: Answer) => new Set(answer.omitted.map(({ what }: Answer) => what.split(".")[0]));
    expect(cut(first)).toContain("knowledge_graph");
    const second = await init({ agent_id: "again" });
    expect(second.scale_guidance).toMatchObject({ skipped: true });
    expect(second.knowledge_graph.nodes.length).toBeGreaterThanOrEqual(first.knowledge_graph.nodes.length);
    expect(bytes(second)).toBeLessThanOrEqual(ANSWER_BYTES);
  });
});
