import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { endAgentSession } from "../../src/board/agent-context/end-session.js";
import { sessionInit } from "../../src/board/agent-context/session-init.js";
import type { Call } from "../../src/board/core/call.js";
import { createSession } from "../../src/board/sessions/create.js";
import { endSession } from "../../src/board/sessions/end.js";
import { giveUpParts } from "../../src/board/sessions/heartbeat.js";
import { createTask } from "../../src/board/tasks/create.js";
import { updateTask } from "../../src/board/tasks/update.js";
import { completeContextSession } from "../../src/board/telemetry/complete.js";
import { createContextSession } from "../../src/board/telemetry/create.js";
import { beginTurn } from "../../src/board/turn-log/begin.js";
import { closeSession } from "../../src/board/turn-log/close.js";
import { completeTurn, failTurn } from "../../src/board/turn-log/finish.js";
import { openSession } from "../../src/board/turn-log/open.js";
import { useBoard } from "../support/board.js";
import { callOn } from "../support/call.js";
import type { Answer } from "../support/client.js";
import { newRequestId, newSessionId } from "../support/turnlog.js";

const board = useBoard();

const BEGUN = Date.now();
/** A call by a clock that goes backward: so many hours before the first. */
const call = (hoursBack: number, holder = "holder"): Call => ({
  ...callOn(board.store),
  id: randomUUID(),
  holder,
  now: () => new Date(BEGUN - hoursBack * 60 * 60_000),
});

const ms = (time: Answer): number => time.toMillis();
const read = async (path: string): Promise<Answer> => (await board.db.doc(path).get()).data();
const open = (project_id: string, at: Call, if_active: "join" | "abandon" = "abandon") =>
  createSession(at, { project_id, session_type: "solo", agent_name: "a", if_active });

it("board sessions and their parts end no earlier than they began", async () => {
  const project_id = await board.project();
  const first = await open(project_id, call(0));
  const second = await open(project_id, call(1));
  expect(ms((await read(`sessions/${first.session_id}`)).ended_at)).toBe(BEGUN);

  await board.db.doc(`sessions/${second.session_id}`).update({ started_at: new Date(BEGUN), last_seen_at: new Date() });
  for (const holder of ["b", "c"]) await open(project_id, call(0, holder), "join");
  await endSession(call(1, "b"), { session_id: second.session_id, progress_summary: "s" });
  await giveUpParts(board.store, [{ session_id: second.session_id, holder: "c" }], call(1).now());
  for (const holder of ["b", "c"]) {
    const part = await read(`sessions/${second.session_id}/participants/${holder}`);
    expect(ms(part.ended_at), holder).toBe(ms(part.joined_at));
  }
  await endSession(call(1), { session_id: second.session_id, progress_summary: "s" });
  const ended = await read(`sessions/${second.session_id}`);
  expect([ended.status, ms(ended.ended_at), ms(ended.creator_ended_at)]).toEqual(["completed", BEGUN, BEGUN]);
});

it("sessions of telemetry, of the turn log and of agents end no earlier than they began", async () => {
  const { sessionId = "" } = (await createContextSession(call(0), { agentName: "a" })) as { sessionId?: string };
  const { sessionId: given = "" } = (await createContextSession(call(0), { agentName: "a" })) as { sessionId?: string };
  await completeContextSession(call(1), { sessionId });
  await completeContextSession(call(0), { sessionId: given, endedAt: new Date(0).toISOString() });
  for (const id of [sessionId, given]) expect(ms((await read(`sessions/${id}`)).ended_at), id).toBe(BEGUN);

  const log = newSessionId("Ada");
  await openSession(call(0), { agent: "Ada", sessionId: log, title: "t", model: "m" });
  const began = ms((await read(`sessions/${log}`)).started_at);
  for (const finish of [completeTurn, (at: Call, names: object) => failTurn(at, { ...names, errorMessage: "e" })]) {
    const requestId = newRequestId();
    await beginTurn(call(0), { sessionId: log, requestId, queryTitle: "t", queryText: "" });
    await finish(call(1), { sessionId: log, requestId });
    const turn = await read(`sessions/${log}/turns/${requestId}`);
    expect(ms(turn.ended_at)).toBe(ms(turn.started_at));
  }
  expect(Date.parse((await closeSession(call(1), { sessionId: log })).ended ?? "")).toBe(began - (began % 1000));
  expect(ms((await read(`sessions/${log}`)).ended_at)).toBe(began);

  const project_id = await board.project();
  await sessionInit(call(0), { agent_id: "a", project_id, scope: "minimal" });
  await endAgentSession(call(1), { agent_id: "a" });
  const [agent] = (await board.db.collection("sessions").where("kind", "==", "agent").get()).docs;
  expect(ms(agent?.get("ended_at"))).toBe(BEGUN);
});

it("a task is completed no earlier than it was started", async () => {
  const project_id = await board.project();
  const { id } = await createTask(call(0), { project_id, title: "t", status: "in_progress", priority: "low" });
  await updateTask(call(1), { task_id: id, status: "done" });
  const task = await read(`tasks/${id}`);
  expect([ms(task.started_at), ms(task.completed_at)]).toEqual([BEGUN, BEGUN]);
});
