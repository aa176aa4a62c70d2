import { describe, expect, it } from "vitest";
import { TOOLS } from "../../src/tools/index.js";
import { CALLS, growth, SMALL } from "../support/growth.js";

const LARGE = {
  ...{ tasks: 3 * SMALL.tasks, activity_log: 3 * SMALL.activity_log, sessions: 3 * SMALL.sessions },
  ...{ memories: 3 * SMALL.memories, deliveries: 3 * SMALL.deliveries, agents: 3 * SMALL.agents },
};

describe("what a call reads does not grow with the board", () => {
  it("each tool is in the table", () => {
    expect(Object.keys(CALLS).sort()).toEqual(TOOLS.map(({ name }) => name).sort());
  });

  it("no call reads more than 1.5 times as much on a board that is three times as large, nor counts anything twice", async () => {
    expect(await growth(LARGE)).toEqual([]);
  }, 240_000);
});
