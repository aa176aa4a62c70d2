import { describe, expect, it } from "vitest";
import { composeNotes } from "../../../src/board/handoff/compose.js";
import type { Participant } from "../../../src/board/model/participant.js";
import type { Session } from "../../../src/board/model/session.js";
import { abandoned } from "../../../src/board/sessions/abandon.js";
import { NOW, sampleParticipant, sampleSession } from "../samples.js";

const compose = (session: Partial<Session>, joined: Partial<Participant>[], maxTokens = 8_000) => {
  const whole = sampleSession({ agent_name: "ann", ...session });
  return composeNotes(whole, joined.map(sampleParticipant), { place: "last_session", maxTokens });
};
const notesOf = (...given: Parameters<typeof compose>) => {
  const { progress_summary, handoff_notes, context_artifacts } = compose(...given).session;
  return { progress_summary, handoff_notes, context_artifacts };
};

describe("the notes of a session", () => {
  it("stand as they are while only its creator said something", () => {
    const own = { progress_summary: "s", handoff_notes: "n", context_artifacts: { a: 1 } };
    expect(notesOf(own, [])).toEqual(own);
    expect(notesOf(own, [{}])).toEqual(own);
  });

  it("are those of all participants, each under its name", () => {
    const session = { progress_summary: "built it", handoff_notes: null, context_artifacts: { files: ["a"] } };
    const joined = [
      { agent_name: "ben", summary: "tested it", notes: "two fail", artifacts: { files: ["b"] } },
      { agent_name: null, summary: null, notes: "lint is red" },
      { agent_name: "ben", summary: "again", artifacts: { files: ["c"] } },
    ];
    expect(notesOf(session, joined)).toEqual({
      progress_summary: "ann:\nbuilt it\n\nben:\ntested it\n\nben:\nagain",
      handoff_notes: "ben:\ntwo fail\n\n(no name):\nlint is red",
      context_artifacts: { files: ["a"], ben: { files: ["b"] }, "ben (2)": { files: ["c"] } },
    });
  });

  it("leave out the sentence of abandoning once somebody said something", () => {
    const left = abandoned(sampleSession(), NOW);
    expect(notesOf(left, [{ summary: "mine" }]).progress_summary).toBe("bob:\nmine");
    expect(notesOf(left, [{}]).progress_summary).toBe(left.progress_summary);
  });

  it("take at most half of the handoff, the longest cut to one length, and what is missing is counted", () => {
    const joined = ["one", "two", "three"].map((agent_name) => ({ agent_name, notes: agent_name.repeat(3_000) }));
    const { session, omitted } = compose({ handoff_notes: "short" }, joined, 2_000);
    expect(Buffer.byteLength(session.handoff_notes ?? "")).toBeLessThanOrEqual(3_100);
    expect(session.handoff_notes).toContain("ann:\nshort\n");
    const lengths =
      session.handoff_notes
        ?.split("\n\n")
        .slice(1)
        .map((text) => text.length) ?? [];
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(10);
    const count =
      33_000 -
      (session.handoff_notes
        ?.replaceAll("…[cut]", "")
        .match(/one|two|three/g)
        ?.join("").length ?? 0);
    expect(omitted).toEqual([
      { what: "last_session.handoff_notes", count: expect.any(Number), unit: "characters", fetch: "board_get_session" },
    ]);
    expect(Math.abs((omitted[0]?.count ?? 0) - count)).toBeLessThan(50);
  });
});
