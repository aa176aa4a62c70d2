import type { Firestore } from "@google-cloud/firestore";
import { beforeAll, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { type RpcRecorder, roundTrips } from "../support/rpc-recorder.js";
import { action, beginTurn, dialog, openLog, stored } from "../support/turnlog.js";

const recorded = useRecordedAgent();
let recorder: RpcRecorder;
let agent: Agent;
let db: Firestore;
beforeAll(() => {
  ({ agent, recorder, db } = recorded());
});

/** What a call costs: round trips in sequence, billed document reads, and document writes. */
async function cost(work: () => Promise<unknown>) {
  const rpcs = await recorder.during(work);
  const sum = (of: "billedReads" | "writes") => rpcs.reduce((total, rpc) => total + rpc[of], 0);
  return { trips: roundTrips(rpcs), reads: sum("billedReads"), writes: sum("writes") };
}

it("round trips and documents of each call", async () => {
  const costs: Record<string, object> = {};
  const measure = async (name: string, tool: string, args: object = {}) => {
    costs[name] = await cost(() => agent.call(`sessionlog_${tool}`, { ...args }));
  };
  const sessionId = await openLog(agent);
  costs.beginTurn = await cost(() => beginTurn(agent));
  await measure("updateTurn", "update_turn", { response: "r", tags: ["a"] });
  await measure("appendDialog of 10", "append_dialog", { dialogItems: dialog(10) });
  const actions = [action("edit", "a"), action("edit", "b"), action("commit", "")];
  await measure("appendActions of 3, 2 files", "append_actions", { actions });
  await measure("completeTurn", "complete_turn", { response: "done" });
  await measure("currentSession", "current_session");
  await measure("queryHistory", "query_history");
  await measure("closeSession", "close_session", { sessionId });
  await measure("bootstrap", "bootstrap");
  costs.openSession = await cost(() => openLog(agent));
  expect(costs).toEqual({
    openSession: { trips: 2, reads: 1, writes: 1 },
    // The session, the turn (which must not exist), and a query for open turns (which finds none).
    beginTurn: { trips: 2, reads: 3, writes: 2 },
    updateTurn: { trips: 2, reads: 2, writes: 2 },
    "appendDialog of 10": { trips: 2, reads: 2, writes: 12 },
    // One document for each file records that it was counted.
    "appendActions of 3, 2 files": { trips: 2, reads: 4, writes: 7 },
    completeTurn: { trips: 2, reads: 2, writes: 2 },
    currentSession: { trips: 1, reads: 2, writes: 0 },
    queryHistory: { trips: 1, reads: 2, writes: 0 },
    closeSession: { trips: 2, reads: 2, writes: 1 },
    bootstrap: { trips: 1, reads: 1, writes: 0 },
  });
});

it("an append to a turn of 10,000 items costs what the first one did, and no document grows", async () => {
  const sessionId = await openLog(agent);
  const requestId = await beginTurn(agent);
  const append = (first: number) =>
    cost(() => agent.call("sessionlog_append_dialog", { dialogItems: dialog(500, first) }));
  const first = await append(0);
  expect(first).toEqual({ trips: 2, reads: 2, writes: 502 });
  const document = stored(db, sessionId, requestId);
  const size = JSON.stringify(await document.turn()).length;
  for (let at = 500; at < 9_500; at += 500) await append(at);
  expect(await append(9_500)).toEqual(first);
  const contents = (await document.dialog()).map(({ content }) => content);
  expect(contents).toEqual(dialog(10_000).map(({ content }) => content));
  const { dialog_count, ...turn } = await document.turn();
  expect(dialog_count).toBe(10_000);
  // A little longer only because numbers have more digits; the items would be hundreds of thousands of characters.
  expect(JSON.stringify({ dialog_count, ...turn }).length).toBeLessThan(size + 100);
  // 10,000 documents, possibly on a busy machine.
}, 240_000);

it("the history costs the same however large the turns of its sessions are", async () => {
  const rpcs = await recorder.during(() => agent.call("sessionlog_query_history", { limit: 1 }));
  expect(rpcs.map(({ method }) => method).sort()).toEqual(["RunAggregationQuery", "RunQuery"]);
  expect(rpcs.map(({ billedReads }) => billedReads)).toEqual([1, 1]);
});
