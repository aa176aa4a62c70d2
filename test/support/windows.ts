import { afterAll, beforeAll } from "vitest";
import type { TestBoard } from "./board.js";
import { type Agent, startAgent } from "./client.js";

/** Two more connections to a board, for the tests of a file: a second and a third window beside the board's own. */
export function useOtherWindows(board: Pick<TestBoard, "database">): () => [second: Agent, third: Agent] {
  let windows: [Agent, Agent];
  beforeAll(async () => {
    const { env } = board.database;
    windows = await Promise.all([startAgent(env, "second-window"), startAgent(env, "third-window")]);
  });
  afterAll(() => Promise.all((windows ?? []).map((window) => window.close())));
  return () => windows;
}
