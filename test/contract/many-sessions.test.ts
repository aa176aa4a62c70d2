import { beforeAll, describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { openContextSession, PATIENCE, sessionIds } from "../support/telemetry.js";

/** More than any call reads before it asks for sessions of its own kind alone. */
const MANY = 60;

const board = useBoard({ ...PATIENCE, FIREBOARD_DEADLINE_MS: "60000" });
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const active = { status: "active", ended_at: null };
let project_id: string;

beforeAll(async () => {
  project_id = await board.project();
});

async function store(sessions: Record<string, object>): Promise<void> {
  const batch = board.db.batch();
  for (const [id, fields] of Object.entries(sessions))
    batch.set(board.db.doc(`sessions/${id}`), { started_at: at(0), ...fields });
  await batch.commit();
}

/** Sessions that agents opened and never ended, whose ids come before and whose times come after all others. */
const agents = (prefix: string, fields: object) =>
  Object.fromEntries(
    Array.from({ length: MANY }, (_, n) => [
      `0-${prefix}-${n}`,
      { kind: "agent", agent_name: "a", ...active, started_at: at(100 + n), ...fields },
    ]),
  );

describe("in a project with many sessions that agents never ended", () => {
  beforeAll(async () => {
    await store({
      ...agents(project_id, { project_id }),
      [`${project_id}-board`]: { kind: "board", project_id, ...active },
    });
  });

  it("session_init finds the board session of each project", async () => {
    const { federation_health } = await board.call("session_init", { project_id, scope: "full" });
    const row = federation_health.projects.find(({ id }: { id: string }) => id === project_id);
    expect(row.active_session).toBe(`${project_id}-board`);
  });

  it("board_create_session abandons every board session, one without a kind as well, and no other", async () => {
    const first = await board.call("board_create_session", { project_id });
    expect(first.abandoned_sessions).toBe(1);
    await store({ [`${project_id}-foreign`]: { project_id, ...active } });
    const second = await board.call("board_create_session", { project_id });
    expect(second.abandoned_sessions).toBe(2);
    for (const id of [first.session_id, `${project_id}-foreign`, `${project_id}-board`])
      expect(await board.stored("sessions", id)).toMatchObject({ status: "abandoned" });
    const open = await board.call("board_get_sessions", { project_id, status: "active", limit: 200 });
    expect(open.sessions).toHaveLength(MANY + 1);
  });
});

it("sessionQuery finds ours behind them, in order, one without a kind as well", async () => {
  const agentName = "an agent with many";
  const [older, newer] = [
    await openContextSession(board, { agentName, startedAt: at(1).toISOString() }),
    await openContextSession(board, { agentName, startedAt: at(3).toISOString() }),
  ];
  await store(agents("query", { agent_name: agentName }));
  const query = async (args: object) => sessionIds(await board.call("sessionQuery", { agentName, ...args }));
  expect(await query({ limit: 5 })).toEqual([newer, older]);
  expect(await query({ limit: 1, activeOnly: true })).toEqual([newer]);
  expect(await query({ limit: 5, offset: 1 })).toEqual([older]);
  await store({ "many-foreign": { agent_name: agentName, started_at: at(2), ...active } });
  expect(await query({ limit: 5 })).toEqual([newer, "many-foreign", older]);
  expect(await query({ limit: 1, offset: 1, activeOnly: true })).toEqual(["many-foreign"]);
});

it("end_session without an open session finds the agent's last one behind those of other toolsets", async () => {
  const agent_id = "an agent of several toolsets";
  const told = { summary: "s", input_tokens: 3 };
  const done = { status: "completed", agent_name: agent_id, ended_at: at(50) };
  const last = { kind: "agent", progress_summary: "s", input_tokens: 3, output_tokens: 0, cost_usd: null };
  const others = Array.from({ length: MANY }, (_, n) => [
    `log-${n}`,
    { kind: "log", ...done, started_at: at(100 + n) },
  ]);
  await store({ ...Object.fromEntries(others), "the-last": { ...last, ...done, project_id } });
  expect(await board.call("end_session", { agent_id, ...told })).toMatchObject({ session_id: "the-last" });
});
