import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitAnswer } from "../../../src/board/agent-context/fit-answer.js";
import { FOR_AGENTS } from "../../../src/board/core/answer-size.js";
import { bytesOfTokens, jsonBytes } from "../../../src/board/core/tokens.js";

const fitted = <T extends Record<string, unknown>>(answer: T) => fitAnswer(answer, FOR_AGENTS);

describe("an answer of session_init", () => {
  it("that fits has its texts cut and the nulls left out of its rows, nothing else", () => {
    const told = { session_id: null, tool_integrity_alert: null, counts: { open: 3 } };
    const answer = fitted({
      ...told,
      agent_awareness: [{ agent_id: "ben", intent: null }],
      project_identity: { description: "x".repeat(501), metadata: null },
    });
    expect(answer).toEqual({
      ...told,
      agent_awareness: [{ agent_id: "ben" }],
      project_identity: { description: `${"x".repeat(500)}…[cut]`, metadata: null },
    });
  });

  it("that is too large loses rows at the ends of its longest lists, and says how many and which call has them", () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ id: `row-${at}`, text: "x".repeat(80) }));
    const whole = {
      agent_awareness: rows(400),
      pending_tasks: { tasks: rows(6), counts: { todo: 6 } },
      working_state: { active_sessions: rows(300), in_progress: rows(10) },
    };
    const { omitted, ...answer } = fitted(whole);
    expect(jsonBytes({ omitted, ...answer })).toBeLessThanOrEqual(bytesOfTokens(FOR_AGENTS.tokens));
    const [agents, sessions] = [answer.agent_awareness, answer.working_state.active_sessions];
    expect(agents).toEqual(whole.agent_awareness.slice(0, agents.length));
    expect(Math.abs(agents.length - sessions.length)).toBeLessThanOrEqual(1);
    expect(agents.length).toBeGreaterThan(80);
    expect(answer).toMatchObject({ pending_tasks: whole.pending_tasks, working_state: { in_progress: rows(10) } });
    expect(omitted).toEqual([
      { what: "agent_awareness", count: 400 - agents.length, unit: "rows", fetch: "board_get_sessions" },
      {
        what: "working_state.active_sessions",
        count: 300 - sessions.length,
        unit: "rows",
        fetch: "board_get_sessions",
      },
    ]);
  });

  it("fits whatever is in it, and keeps every row that it does not count as missing", () => {
    const text = fc
      .tuple(fc.constantFrom("x", "日", "\u0001"), fc.nat(600))
      .map(([unit, length]) => unit.repeat(length));
    const row = fc.record({ id: fc.string({ maxLength: 128 }), text, other: fc.option(text) });
    const list = fc.oneof(
      fc.array(row, { maxLength: 50 }),
      fc.array(fc.string({ maxLength: 128 }), { maxLength: 300 }),
    );
    const section = fc.record({ first: list, second: list, text });
    fc.assert(
      fc.property(list, section, section, (alerts, one, two) => {
        const answer = fitted({ session_id: null, alerts, one, two });
        expect(jsonBytes(answer)).toBeLessThanOrEqual(bytesOfTokens(FOR_AGENTS.tokens));
        const { omitted = [] } = answer;
        const missing = (path: string) => omitted.find(({ what }) => what === path)?.count ?? 0;
        expect(answer.alerts).toHaveLength(alerts.length - missing("alerts"));
        expect(answer.one.first).toHaveLength(one.first.length - missing("one.first"));
        expect(answer.two.second).toHaveLength(two.second.length - missing("two.second"));
      }),
    );
  });
});
