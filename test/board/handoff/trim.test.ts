import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CUT } from "../../../src/board/core/cut.js";
import { jsonBytes } from "../../../src/board/core/tokens.js";
import { trimHandoff } from "../../../src/board/handoff/trim.js";
import type { Handoff } from "../../../src/board/handoff/view.js";
import { hostileHandoff } from "./sample.js";

const maxTokens = fc.oneof(fc.constant(1_000), fc.integer({ min: 1_000, max: 100_000 }));
const omitted = (handoff: Handoff, what: string) =>
  handoff.omitted.find((omission) => omission.what === what)?.count ?? 0;

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

  it("loses the last session's notes only when nothing else can be cut, and says so", () => {
    fc.assert(
      fc.property(hostileHandoff, maxTokens, (whole, tokens) => {
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
