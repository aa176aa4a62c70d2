import { expect, it } from "vitest";
import { growth } from "../support/growth.js";

it("no call reads more than 1.5 times as much with 50,000 tasks and 100,000 entries, nor counts anything twice", async () => {
  const large = {
    tasks: 50_000,
    activity_log: 100_000,
    sessions: 10_000,
    memories: 5_000,
    deliveries: 5_000,
    agents: 1_000,
  };
  expect(await growth(large)).toEqual([]);
}, 1_200_000);
