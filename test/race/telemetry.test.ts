import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, startAgent } from "../support/client.js";
import { lane } from "../support/lane.js";
import { PATIENCE } from "../support/telemetry.js";
import { race } from "./servers.js";

const board = useBoard(PATIENCE);

/** Smaller on the official emulator, which takes seconds where the embedded store takes milliseconds. */
const SIZE = lane === "embedded" ? { processes: 8, updates: 100 } : { processes: 3, updates: 20 };

async function withWorkers(size: number, work: (workers: Agent[]) => Promise<void>): Promise<void> {
  const start = (_: unknown, at: number) => startAgent({ ...board.database.env, ...PATIENCE }, `worker-${at}`);
  const workers = await Promise.all(Array.from({ length: size }, start));
  try {
    await work(workers);
  } finally {
    await Promise.all(workers.map((agent) => agent.close()));
  }
}

describe("workers of several processes on one session", () => {
  it(`${SIZE.processes} x ${SIZE.updates} incremental updates lose nothing and count nothing twice`, async () => {
    const { sessionId } = await board.call("sessionCreate", { agentName: "leader", inputTokens: 1_000 });
    await withWorkers(SIZE.processes, async (workers) => {
      const report = async (worker: Agent) => {
        for (let at = 1; at <= SIZE.updates; at += 1) {
          const row = await worker.call("sessionUpdate", {
            sessionId,
            inputTokens: at,
            outputTokens: 2,
            cachedTokens: 1,
          });
          expect(row).toMatchObject({ sessionId });
        }
      };
      await Promise.all(workers.map(report));
    });
    const updates = SIZE.processes * SIZE.updates;
    expect(await board.stored("sessions", sessionId)).toMatchObject({
      input_tokens: 1_000 + (updates * (SIZE.updates + 1)) / 2,
      output_tokens: updates * 2,
      cached_tokens: updates,
      status: "active",
    });
  }, 300_000);

  it("a completion among updates: each update that was accepted counts, and the session stays ended", async () => {
    const { sessionId } = await board.call("sessionCreate", { agentName: "leader" });
    let accepted = 0;
    await withWorkers(3, async (workers) => {
      const report = async (worker: Agent) => {
        for (let at = 0; at < 20; at += 1)
          await worker.call("sessionUpdate", { sessionId, inputTokens: 1 }).then(
            () => {
              accepted += 1;
            },
            (error) => expect(error.code).toBe("session_not_active"),
          );
      };
      await Promise.all([...workers.map(report), board.call("sessionComplete", { sessionId })]);
    });
    const stored = await board.stored("sessions", sessionId);
    expect(stored).toMatchObject({ status: "completed", input_tokens: accepted });
    expect(stored.ended_at).not.toBeNull();
  });

  it("of completions beside a clean-up one ends the session, and the others are told so", async () => {
    await withWorkers(4, async ([cleaner, ...workers]) => {
      for (let round = 0; round < 4; round += 1) {
        const { sessionId } = await board.call("sessionCreate", { agentName: "leader" });
        const [cleaned, { won, lost }] = await Promise.all([
          cleaner?.call("sessionCleanup", { retentionDays: 1 }),
          race(workers.map((agent) => agent.call("sessionComplete", { sessionId }))),
        ]);
        expect(cleaned).not.toHaveProperty("reason");
        expect(won).toEqual([expect.objectContaining({ sessionId, endedAt: expect.any(String) })]);
        expect(lost).toEqual(["session_not_active", "session_not_active"]);
        expect(await board.stored("sessions", sessionId)).toMatchObject({ status: "completed" });
      }
    });
  });

  it("of several completions one succeeds, and of several creations under one id", async () => {
    await withWorkers(3, async (workers) => {
      const { sessionId } = await board.call("sessionCreate", { agentName: "leader" });
      const ends = await Promise.allSettled(
        workers.map((agent, at) => agent.call("sessionComplete", { sessionId, inputTokens: at })),
      );
      const winners = ends.flatMap((end, at) => (end.status === "fulfilled" ? [at] : []));
      expect(winners).toHaveLength(1);
      expect((await board.stored("sessions", sessionId)).input_tokens).toBe(winners[0]);

      const id = crypto.randomUUID();
      const made = await Promise.all(
        workers.map((_, at) => workers[at]?.call("sessionCreate", { agentName: `leader-${at}`, sessionId: id })),
      );
      const names = made.flatMap(({ agentName }) => agentName ?? []);
      expect(made.filter(({ reason }) => reason === "session_exists")).toHaveLength(2);
      expect((await board.stored("sessions", id)).agent_name).toBe(names[0]);
    });
  });
});
