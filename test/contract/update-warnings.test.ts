import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";
import { type Agent, startAgent } from "../support/client.js";

const board = useBoard();
const update = (args: object) => board.call("board_update_task", { ...args });
const bulk = (args: object) => board.call("board_bulk_update_tasks", { ...args });

describe("an update that starts or finishes a task", () => {
  it("makes the change and warns of what the task waits for, by its ancestors too", async () => {
    const project_id = await board.project();
    const [own, inherited] = [await board.task(project_id), await board.task(project_id)];
    const epic = await board.task(project_id, { depends_on: [inherited] });
    const task_id = await board.task(project_id, { parent_task_id: epic, depends_on: [own] });
    const waits = `it waits for: ${own}, ${inherited} (of its ancestor ${epic}).`;
    for (const [status, word] of [
      ["in_progress", "started"],
      ["done", "finished"],
    ] as const) {
      const { warnings, changes } = await update({ task_id, status });
      expect(changes).toEqual(["status"]);
      expect(warnings).toEqual([`Task ${task_id} was ${word} although ${waits}`]);
      expect(await board.stored("tasks", task_id)).toMatchObject({ status });
    }
    await bulk({ task_ids: [own, inherited], status: "done" });
    await update({ task_id, status: "todo" });
    expect((await update({ task_id, status: "done" })).warnings).toEqual([]);
  });

  it("warns of open subtasks when it finishes", async () => {
    const project_id = await board.project();
    const task_id = await board.task(project_id);
    const child = await board.task(project_id, { parent_task_id: task_id });
    await board.task(project_id, { parent_task_id: task_id, status: "done" });
    expect((await update({ task_id, status: "in_progress" })).warnings).toEqual([]);
    expect((await update({ task_id, status: "done" })).warnings).toEqual([
      `Task ${task_id} was finished although it has open subtasks: ${child}.`,
    ]);
  });

  it("says nothing of what a task that is cancelled waits for", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const task_id = await board.task(project_id, { depends_on: [open] });
    expect((await update({ task_id, status: "done", resolution: "cancelled" })).warnings).toEqual([]);
  });

  it("looks at the task as the change leaves it, and says nothing when the status stays", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const task_id = await board.task(project_id, { depends_on: [open] });
    expect((await update({ task_id, status: "in_progress", depends_on: [] })).warnings).toEqual([]);
    expect((await update({ task_id, status: "in_progress", depends_on: [open] })).warnings).toEqual([]);
    expect((await update({ task_id, title: "Other" })).warnings).toEqual([]);
    expect((await update({ task_id, status: "done", depends_on: [open] })).warnings).toHaveLength(1);
    expect((await update({ task_id, status: "done" })).warnings).toEqual([]);
  });

  it("warns when nobody is named and another agent holds what it finishes", async () => {
    const other = await startAgent(board.database.env, "other");
    try {
      const project_id = await board.project();
      const task = async (holder: Pick<Agent, "call">) => {
        const task_id = await board.task(project_id);
        await holder.call("board_claim_task", { task_id, agent_name: "ann" });
        return task_id;
      };
      const [theirs, ours, bulkTheirs, free] = [
        await task(other),
        await task(board),
        await task(other),
        await task(other),
      ];
      const warning = (id: string) => [`Finished although another agent held it: ${id}.`];
      expect((await update({ task_id: theirs, status: "done" })).warnings).toEqual(warning(theirs));
      expect((await update({ task_id: ours, status: "done" })).warnings).toEqual([]);
      expect((await update({ task_id: free, status: "todo" })).warnings).toEqual([]);
      const task_ids = [theirs, ours, bulkTheirs];
      expect((await bulk({ task_ids, status: "done" })).warnings).toEqual(warning(bulkTheirs));
      const two = [await task(other), await task(other)];
      expect((await bulk({ task_ids: two, status: "done" })).warnings).toEqual([
        expect.stringMatching(/^Finished although another agent held them: \S+, \S+\.$/),
      ]);
    } finally {
      await other.close();
    }
  });

  it("answers a repeated call with the first one's warnings", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const task_id = await board.task(project_id, { depends_on: [open] });
    const args = { task_id, status: "in_progress", idempotency_key: "k" };
    const first = await update(args);
    expect(first.warnings).toHaveLength(1);
    await update({ task_id: open, status: "done" });
    expect(await update(args)).toEqual(first);
  });

  it("warns once for many, of others than those that the same call finishes", async () => {
    const project_id = await board.project();
    const open = await board.task(project_id);
    const first = await board.task(project_id);
    const second = await board.task(project_id, { depends_on: [first], parent_task_id: first });
    expect(await bulk({ task_ids: [first, second], status: "done" })).not.toHaveProperty("warnings");
    const waiting: string[] = [];
    for (let at = 0; at < 12; at += 1) waiting.push(await board.task(project_id, { depends_on: [open] }));
    const epic = await board.task(project_id, { status: "review" });
    await board.task(project_id, { parent_task_id: epic });
    expect((await bulk({ task_ids: waiting, status: "in_progress" })).warnings).toEqual([
      `Started although they wait for others: ${waiting.slice(0, 10).join(", ")} and 2 more.`,
    ]);
    expect((await bulk({ task_ids: [...waiting.slice(0, 2), epic], status: "done" })).warnings).toEqual([
      `Finished although they wait for others: ${waiting.slice(0, 2).join(", ")}.`,
      `Finished although it has open subtasks: ${epic}.`,
    ]);
  });
});
