import { describe, expect, it } from "vitest";
import { useBoard } from "../support/board.js";

const board = useBoard({ FIREBOARD_DEADLINE_MS: "110000" });

/** Longer than a cycle check follows a chain in one direction (src/board/tasks/cycles.ts). */
const LENGTH = 210;

/** Stores a chain of tasks, each linked to the next; gives their ids. */
async function chain(project_id: string, name: string, link: (next: string) => object): Promise<string[]> {
  const ids = Array.from({ length: LENGTH }, (_, at) => `${project_id}-${name}-${at}`);
  const batch = board.db.batch();
  for (const [at, id] of ids.entries()) {
    const next = ids[at + 1];
    const fields = { project_id, title: id, status: "todo", priority: "medium", created_at: new Date() };
    batch.set(board.db.doc(`tasks/${id}`), { ...fields, ...(next === undefined ? {} : link(next)) });
  }
  await batch.commit();
  return ids;
}

describe.each([
  ["dependencies", (id: string) => ({ depends_on: [id] })],
  ["parents", (id: string) => ({ parent_task_id: id })],
])("a chain of %s that is longer than a check follows", (_, link) => {
  it("takes a task at either end, made or updated, and closes no circle", { timeout: 240_000 }, async () => {
    const project_id = await board.project();
    const ids = await chain(project_id, "one", link);
    const [first, last] = [ids[0] ?? "", ids.at(-1) ?? ""];

    const made = await board.task(project_id, link(first));
    expect(await board.stored("tasks", made)).toMatchObject(link(first));
    const tasks = [
      { title: "t", ref: "a", ...link(first) },
      { title: "t", ...link("$a") },
    ];
    expect((await board.call("board_create_tasks", { project_id, tasks })).tasks).toHaveLength(2);

    const loose = await board.task(project_id);
    const update = (task_id: string, to: string) => board.call("board_update_task", { task_id, ...link(to) });
    expect((await update(loose, first)).changes).toEqual(Object.keys(link(first)));
    const end = await board.task(project_id);
    expect((await update(last, end)).changes).toEqual(Object.keys(link(end)));

    await expect(update(end, first)).rejects.toMatchObject({ code: "dependency_cycle" });
    const [other = ""] = await chain(project_id, "other", link);
    const refusal = { code: "guard_refused", hint: expect.stringMatching(/nearer to an end/) };
    await expect(update(end, other)).rejects.toMatchObject(refusal);
    expect(await board.stored("tasks", end)).toMatchObject({ depends_on: [], parent_task_id: null });
  });
});
