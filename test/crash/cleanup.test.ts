import { expect, it } from "vitest";
import { endedSession, storeSession, tree } from "../support/archive.js";
import { useBoard } from "../support/board.js";
import { startAgent } from "../support/client.js";
import { PATIENCE } from "../support/telemetry.js";

const board = useBoard(PATIENCE);

const SESSIONS = 40;
/** How many sessions are moved before the first kill, the second, and so on; others are then being moved. */
const KILLS = [1, 3, 8, 14, 20, 26, 33];

it("a clean-up that is killed again and again loses nothing and duplicates nothing", async () => {
  for (let at = 0; at < SESSIONS; at += 1)
    await storeSession(board.db, `s-${at}`, endedSession(100 + at), { turns: at % 3, items: 1 });
  const all = await tree(board.db, "sessions");
  const [sessions, archive] = [board.db.collection("sessions"), board.db.collection("sessions_archive")];
  let killed = 0;

  for (const enough of KILLS) {
    const agent = await startAgent({ ...board.database.env, ...PATIENCE });
    const state = { ended: false };
    const call = agent.call("sessionCleanup").then(
      () => "done",
      () => "killed",
    );
    const watched = call.then(() => {
      state.ended = true;
    });
    while (!state.ended && SESSIONS - (await sessions.count().get()).data().count < enough);
    process.kill(agent.pid, "SIGKILL");
    await watched;
    if ((await call) === "killed") killed += 1;
    await agent.close();

    const [left, moved] = [await tree(board.db, "sessions"), await tree(board.db, "sessions_archive")];
    expect([...left.keys()].filter((path) => moved.has(path))).toEqual([]);
    expect(new Map([...left, ...moved])).toEqual(all);
    // A session that was moved in part is still found by the next clean-up.
    for (const path of left.keys()) expect(left.has(path.split("/")[0] ?? "")).toBe(true);
  }
  expect(killed).toBeGreaterThan(0);

  while ((await board.call("sessionCleanup")).remaining > 0);
  expect(await tree(board.db, "sessions_archive")).toEqual(all);
  expect((await archive.get()).size).toBe(SESSIONS);
  expect((await tree(board.db, "sessions")).size).toBe(0);
});
