import { beforeAll, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { useRecordedAgent } from "../support/recorded-agent.js";
import { type RpcRecorder, roundTrips } from "../support/rpc-recorder.js";
import { PATIENCE } from "../support/telemetry.js";

const recorded = useRecordedAgent(PATIENCE);
let recorder: RpcRecorder;
let agent: Agent;
beforeAll(() => {
  ({ agent, recorder } = recorded());
});

it("writes take two round trips, reads one; a write stores one document", async () => {
  const { id: projectId } = await agent.call("board_create_project", { name: "p" });
  const { sessionId } = await agent.call("sessionCreate", { agentName: "a" });
  const cost: Record<string, { trips: number; written: number; billedReads: number }> = {};
  const measure = async (what: string, tool: string, args: object) => {
    const rpcs = await recorder.during(() => agent.call(tool, { ...args }));
    const sum = (field: "writes" | "billedReads") => rpcs.reduce((total, rpc) => total + rpc[field], 0);
    cost[what] = { trips: roundTrips(rpcs), written: sum("writes"), billedReads: sum("billedReads") };
  };
  await measure("create", "sessionCreate", { agentName: "a", storyId: "s" });
  await measure("create in a project", "sessionCreate", { agentName: "a", projectId });
  await measure("incremental", "sessionUpdate", { sessionId, inputTokens: 1 });
  await measure("absolute", "sessionUpdate", { sessionId, mode: "absolute", inputTokens: 1 });
  await measure("query", "sessionQuery", { activeOnly: true });
  await measure("complete", "sessionComplete", { sessionId });
  await measure("dry run", "sessionCleanup", { dryRun: true });
  await measure("totals", "board_get_sessions", { project_id: projectId });
  expect(cost).toEqual({
    // The id, the archive, and the project: in one request.
    create: { trips: 2, written: 1, billedReads: 2 },
    "create in a project": { trips: 2, written: 1, billedReads: 3 },
    incremental: { trips: 2, written: 1, billedReads: 1 },
    absolute: { trips: 2, written: 1, billedReads: 1 },
    query: { trips: 1, written: 0, billedReads: 3 },
    complete: { trips: 2, written: 1, billedReads: 1 },
    "dry run": { trips: 1, written: 0, billedReads: 1 },
    // The page, and one aggregation.
    totals: { trips: 1, written: 0, billedReads: 2 },
  });
});
