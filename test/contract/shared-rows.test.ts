import { afterAll, beforeAll, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, type Answer, startAgent } from "../support/client.js";

const board = useBoard();
let joiner: Agent;
beforeAll(async () => {
  joiner = await startAgent(board.database.env, "second-window");
});
afterAll(() => joiner?.close());

it("a shared session says so, and is not stale by its creator alone; in full it is, when all are silent", async () => {
  const project_id = await board.project();
  const row = async (): Promise<Answer> => (await board.call("board_get_sessions", { project_id })).sessions[0];
  const stale = async (part?: string) => (await board.call("board_get_session", { session_id, part })).stale;
  const last_seen_at = new Date(Date.now() - 31 * 60_000);

  const { session_id } = await board.call("board_create_session", { project_id });
  const ref = board.db.doc(`sessions/${session_id}`);
  await ref.update({ last_seen_at });
  expect(await row()).toMatchObject({ id: session_id, shared: false, stale: true });
  await joiner.call("board_create_session", { project_id, if_active: "join" });
  await ref.update({ last_seen_at });
  expect(await row()).toMatchObject({ id: session_id, shared: true, stale: false });
  expect([await stale(), await stale("record")]).toEqual([false, false]);
  for (const { ref: part } of (await ref.collection("participants").get()).docs) await part.update({ last_seen_at });
  expect([await stale(), await stale("record")]).toEqual([true, true]);
});
