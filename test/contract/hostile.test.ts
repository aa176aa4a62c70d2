import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { COLLECTIONS } from "../../src/firestore/shapes.js";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { type Answer, ToolError } from "../support/client.js";
import { hostileArguments, type KnownIds } from "../support/hostile.js";
import { lane } from "../support/lane.js";

const board = useBoard();

/** The codes of contracts.md 2, without `internal`: a hostile call never finds a bug. */
const CODES = [
  ...["invalid_argument", "project_not_found", "project_archived", "task_not_found", "session_not_found"],
  ...["session_not_active", "session_active", "already_claimed", "not_claimable", "invalid_transition"],
  ...["dependency_cycle", "guard_refused", "conflict"],
];

/** Calls of each tool: what fits into half a minute per lane. */
const RUNS = lane === "embedded" ? 60 : 40;

/** Every document with the time of its last change. */
async function everything(): Promise<string[]> {
  const answers = await Promise.all(COLLECTIONS.map((name) => board.store.ref(name, "x").parent.select().get()));
  return answers.flatMap(({ docs }) => docs.map((doc) => `${doc.ref.path} ${doc.updateTime.valueOf()}`)).sort();
}

async function outcome(
  tool: string,
  args: Record<string, unknown>,
): Promise<{ result: Answer } | { refusal: ToolError }> {
  try {
    return { result: await board.call(tool, args) };
  } catch (error) {
    if (error instanceof ToolError) return { refusal: error };
    throw error;
  }
}

describe("a hostile call is answered or refused, and a refused one leaves nothing behind", () => {
  let ids: KnownIds;
  beforeAll(async () => {
    const project = await board.project();
    const other = await board.project();
    const parent = await board.task(project);
    const child = await board.task(project, { parent_task_id: parent, depends_on: [parent] });
    const done = await board.task(project, { status: "done" });
    const { session_id } = await board.call("board_create_session", { project_id: project });
    ids = { project_id: [project, other], task_id: [parent, child, done], session_id: [session_id] };
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("%s", async (name, tool) => {
    let before = await everything();
    await fc.assert(
      fc.asyncProperty(hostileArguments(tool, ids), async (args) => {
        const answer = await outcome(name, args);
        const after = await everything();
        const changed = !isDeepStrictEqual(after, before);
        before = after;
        if ("refusal" in answer) {
          expect(CODES).toContain(answer.refusal.code);
          expect(answer.refusal.message).not.toBe("");
          expect(answer.refusal.hint).not.toBe("");
          expect(answer.refusal.message.length + answer.refusal.hint.length).toBeLessThan(2_000);
        }
        const mayWrite = "result" in answer && !tool.annotations.readOnlyHint;
        expect(changed && !mayWrite).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it("keeps the server alive", async () => {
    expect(await board.call("board_get_projects")).toMatchObject({ next_cursor: null });
  });
});
