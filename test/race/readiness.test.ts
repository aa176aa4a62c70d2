import { describe, expect, it } from "vitest";
import type { Agent } from "../support/client.js";
import { race, rounds, useServers } from "./servers.js";

const servers = useServers(4);

/** A task with a parent and a grandparent, which waits for a task that is done, and an open task. */
async function newTree() {
  const { id: project_id } = await servers.call("board_create_project", { name: "Race" });
  const task = async (fields: object): Promise<string> =>
    (await servers.call("board_create_task", { project_id, title: "A task", ...fields })).id;
  // Not in the queue, so that the pool has one task to give.
  const open = await task({ status: "review" });
  const done = await task({ status: "done" });
  const top = await task({ depends_on: [done], status: "review" });
  const parent = await task({ parent_task_id: top, status: "review" });
  const child = await task({ parent_task_id: parent });
  return { project_id, open, done, top, parent, child };
}
type Tree = Awaited<ReturnType<typeof newTree>>;

/** What makes the child wait: which call, and which document it changes. */
const CHANGES: Record<string, (tree: Tree) => { args: Record<string, unknown>; changed: string }> = {
  "it gets a dependency": ({ child, open }) => ({ args: { task_id: child, depends_on: [open] }, changed: child }),
  "its grandparent gets a dependency": ({ top, open }) => ({
    args: { task_id: top, depends_on: [open] },
    changed: top,
  }),
  "a dependency of its grandparent is opened again": ({ done }) => ({
    args: { task_id: done, status: "review" },
    changed: done,
  }),
};

describe.each(["task_id", "project_id"] as const)("a claim by %s", (by) => {
  describe.each(Object.entries(CHANGES))("while %s", (_, change) => {
    it.each(rounds)("commits before that or finds that it waits (round %i)", async () => {
      const tree = await newTree();
      const { args, changed } = change(tree);
      const [changer, ...claimers] = servers.agents as [Agent, ...Agent[]];
      const claim = by === "task_id" ? { task_id: tree.child } : { project_id: tree.project_id };
      const claims = claimers.map(({ call }, at) => call("board_claim_task", { agent_name: `racer-${at}`, ...claim }));
      const update = changer.call("board_update_task", args);
      const { won } = await race(claims);
      await update;

      const entries = await servers.find("activity_log", "task_id", tree.child);
      const claimed = entries.filter(({ action }) => action === "claimed");
      expect(claimed).toHaveLength(won.filter(({ task }) => task !== null).length);
      const changes = (await servers.find("activity_log", "task_id", changed)).filter(
        ({ action }) => action === "updated",
      );
      const waitsSince = changes[0]?.createTime.valueOf() ?? "";
      expect(changes).toHaveLength(1);
      expect(claimed.filter(({ createTime }) => createTime.valueOf() > waitsSince)).toEqual([]);
    });
  });
});
