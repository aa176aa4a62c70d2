import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CUT, cutText } from "../../../src/board/core/cut.js";
import { jsonBytes } from "../../../src/board/core/tokens.js";
import { trimHandoff } from "../../../src/board/handoff/trim.js";
import type { Handoff } from "../../../src/board/handoff/view.js";
import { hostileHandoff } from "./sample.js";

const maxTokens = fc.oneof(fc.constant(1_000), fc.integer({ min: 1_000, max: 100_000 }));
const omitted = (handoff: Handoff, what: string) =>
  handoff.omitted.find((omission) => omission.what === what)?.count ?? 0;

const notesBytes = ({ last_session, last_handoff }: Handoff) => jsonBytes(last_session) + jsonBytes(last_handoff);

describe("a handoff with notes of any length", () => {
  const long = fc.record({
    progress_summary: fc.integer({ min: 0, max: 40_000 }).map((length) => "s".repeat(length)),
    handoff_notes: fc.integer({ min: 0, max: 200_000 }).map((length) => "é".repeat(length)),
  });
  const task = {
    status: "todo",
    priority: "low",
    assigned_agent: null,
    riper_mode: null,
    depends_on: ["x".repeat(20)],
  };
  const entry = { action: "updated", agent_name: "ann", details: "d".repeat(100), task_id: "t", session_id: null };

  it("keeps 20 tasks and 5 entries, and of the notes what fits into half of it", () => {
    fc.assert(
      fc.property(long, long, (last, earlier) => {
        const session = { id: "s", status: "completed", context_artifacts: {}, started_at: null, ended_at: null };
        const cut = trimHandoff(
          {
            project: { id: "p", name: "A project", status: "active", description: null },
            last_session: { ...session, ...last },
            last_handoff: { ...session, ...earlier },
            active_tasks: Array.from({ length: 60 }, (_, at) => ({ ...task, id: `t${at}`, title: "x".repeat(200) })),
            active_task_count: 60,
            recent_activity: Array.from({ length: 20 }, (_, at) => ({ ...entry, id: `e${at}`, created_at: null })),
            omitted: [],
          },
          8_000,
        );
        expect(cut.active_tasks.length).toBeGreaterThanOrEqual(20);
        expect(cut.recent_activity.length).toBeGreaterThanOrEqual(5);
        expect(notesBytes(cut)).toBeLessThanOrEqual(12_000);
        const kept = cut.last_session?.handoff_notes?.length ?? 0;
        // What other lists do not need is the notes' to take.
        expect(kept).toBeGreaterThanOrEqual(Math.min(last.handoff_notes.length, 3_000));
      }),
    );
  });
});

describe("any handoff", () => {
  it("fits its size, as JSON bytes / 3", () => {
    fc.assert(
      fc.property(hostileHandoff, maxTokens, (whole, tokens) => {
        expect(jsonBytes(trimHandoff(whole, tokens)) / 3).toBeLessThanOrEqual(tokens);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps the task count, and says how many rows of each list are missing", () => {
    fc.assert(
      fc.property(hostileHandoff, maxTokens, (whole, tokens) => {
        const cut = trimHandoff(whole, tokens);
        expect(cut.active_task_count).toBe(whole.active_task_count);
        if (!whole.since) expect(cut.active_tasks.length + omitted(cut, "active_tasks")).toBe(whole.active_task_count);
        const lists = (handoff: Handoff): [what: string, list: unknown[]][] => [
          ["recent_activity", handoff.recent_activity],
          ["since.tasks_completed", handoff.since?.tasks_completed ?? []],
          ["salvaged.tasks_touched", handoff.salvaged?.tasks_touched ?? []],
          ["salvaged.tasks_in_progress", handoff.salvaged?.tasks_in_progress ?? []],
          ["salvaged.last_entries", handoff.salvaged?.last_entries ?? []],
        ];
        const before = new Map(lists(whole));
        for (const [what, list] of lists(cut)) {
          expect(list.length + omitted(cut, what), what).toBe(before.get(what)?.length);
        }
      }),
    );
  });

  it("is not modified, and is returned unchanged when it fits", () => {
    fc.assert(
      fc.property(hostileHandoff, maxTokens, (whole, tokens) => {
        const before = structuredClone(whole);
        const cut = trimHandoff(whole, tokens);
        expect(whole).toEqual(before);
        const fits =
          jsonBytes({ ...whole, omitted: cut.omitted }) <= tokens * 3 &&
          whole.active_task_count === whole.active_tasks.length;
        if (fits) expect(cut).toEqual(whole);
      }),
    );
  });

  it("loses the last session's notes within half of it only when nothing else can be cut, and says so", () => {
    fc.assert(
      fc.property(hostileHandoff, maxTokens, (any, tokens) => {
        const { last_session } = any;
        const handoff_notes = last_session?.handoff_notes ?? null;
        const short = handoff_notes && cutText(handoff_notes, tokens).replace(CUT, "");
        const notes = { progress_summary: null, handoff_notes: short, context_artifacts: {} };
        const whole = { ...any, last_session: last_session && { ...last_session, ...notes }, last_handoff: null };
        const cut = trimHandoff(whole, tokens);
        const [before, after] = [whole.last_session?.handoff_notes, cut.last_session?.handoff_notes];
        if (before === after) return;
        expect(after).toContain(CUT);
        expect(omitted(cut, "last_session.handoff_notes")).toBeGreaterThan(0);
        expect(cut.recent_activity.length).toBeLessThanOrEqual(5);
        expect(cut.active_tasks.length).toBeLessThanOrEqual(20);
        for (const text of [cut.project.description, cut.last_handoff?.handoff_notes])
          expect(jsonBytes(text ?? "")).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});
