import { describe, expect, it } from "vitest";
import type { Session } from "../../../src/board/model/session.js";
import { abandoned } from "../../../src/board/sessions/abandon.js";
import { type Notes, saveNotes } from "../../../src/board/sessions/notes.js";
import { placeOf } from "../../../src/board/sessions/notes-place.js";
import { minutes, NOW, sampleParticipant, sampleSession } from "../samples.js";

/** Saves notes of the agent that opened the session. */
const save = (session: Session, notes: Notes) =>
  saveNotes(session, placeOf(session, [], { holder: session.holder ?? "me", heartbeatMs: 60_000 }, NOW), notes);
const FULL: Notes = { progress_summary: "new", handoff_notes: "new", context_artifacts: { a: 1 } };

describe("an active session", () => {
  const session = sampleSession({ progress_summary: "old", context_artifacts: { a: 0, kept: true } });

  it("saves everything, artifacts key by key", () => {
    expect(save(session, FULL)).toEqual({
      fields: { progress_summary: "new", handoff_notes: "new", context_artifacts: { a: 1, kept: true } },
      changes: ["progress_summary", "handoff_notes", "context_artifacts"],
      late: false,
      warnings: [],
    });
  });

  it.each<[string, Notes]>([
    ["no notes", {}],
    ["fields that are undefined", { progress_summary: undefined, handoff_notes: undefined }],
    ["what it saved before", { progress_summary: "old", context_artifacts: { kept: true } }],
  ])("is not written for %s", (_, notes) => {
    expect(save(session, notes)).toEqual({ fields: {}, changes: [], late: false, warnings: [] });
  });

  it("refuses artifacts that are too large after the merge", () => {
    const large = sampleSession({ context_artifacts: { a: "x".repeat(20_000) } });
    const grow = () => save(large, { context_artifacts: { b: "x".repeat(20_000) } });
    expect(grow).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});

describe("an abandoned session", () => {
  it.each<[string, Parameters<typeof sampleSession>[0], Notes, object]>([
    ["gets the notes that are null", {}, FULL, FULL],
    ["gets a summary in place of the sentence that abandoning wrote", abandoned(sampleSession(), NOW), FULL, FULL],
    ["keeps what was saved", { progress_summary: "old" }, FULL, { handoff_notes: "new", context_artifacts: { a: 1 } }],
    [
      "adds artifacts and overwrites none",
      { progress_summary: "old", handoff_notes: "old", context_artifacts: { a: 0 } },
      { ...FULL, context_artifacts: { a: 1, b: 2 } },
      { context_artifacts: { a: 0, b: 2 } },
    ],
    ["has nothing to add", { progress_summary: "old", handoff_notes: "old" }, { progress_summary: "new" }, {}],
  ])("%s", (_, before, notes, fields) => {
    const session = sampleSession({ ...before, status: "abandoned", ended_at: minutes(-5), holder: "me" });
    const update = save(session, notes);
    expect(update).toMatchObject({ late: true, warnings: [expect.stringContaining("abandoned")] });
    expect(update.fields).toEqual(fields);
  });

  it("takes notes that come after an empty text", () => {
    const session = sampleSession({ status: "abandoned", progress_summary: "", handoff_notes: "" });
    expect(save(session, FULL).fields).toEqual(FULL);
  });
});

describe("a participant's own part", () => {
  const own = sampleParticipant({ id: "me", summary: "old" });
  const savePart = (session: Partial<Session>, part = own) => {
    const shared = sampleSession({ holder: "other", ...session });
    return saveNotes(shared, placeOf(shared, [part], { holder: "me", heartbeatMs: 60_000 }, NOW), FULL);
  };

  it.each(["active", "abandoned", "completed"])(
    "takes everything until it has ended, in a session that is %s",
    (status) => {
      expect(savePart({ status }).fields).toEqual(FULL);
    },
  );

  it("only grows once it has ended in an abandoned session, and is refused in others", () => {
    const ended = { ...own, ended_at: NOW };
    expect(savePart({ status: "abandoned" }, ended).fields).toEqual({
      handoff_notes: "new",
      context_artifacts: { a: 1 },
    });
    for (const status of ["active", "completed"])
      expect(() => savePart({ status }, ended)).toThrow(expect.objectContaining({ code: "session_not_active" }));
  });
});

describe("no other session takes notes", () => {
  it.each([
    { status: "completed" },
    { status: "typed by a lead" },
    { kind: "context" },
    { kind: "agent", status: "abandoned" },
  ])("%o", (fields) => {
    const refused = () => save(sampleSession(fields), FULL);
    expect(refused).toThrow(expect.objectContaining({ code: "session_not_active" }));
  });
});

describe("abandoning a session", () => {
  it("keeps a summary that was saved", () => {
    const { status, ended_at, progress_summary } = abandoned(sampleSession({ progress_summary: "saved" }), NOW);
    expect({ status, ended_at, progress_summary }).toEqual({
      status: "abandoned",
      ended_at: NOW,
      progress_summary: "saved",
    });
  });

  it("ends it no earlier than it began, whatever the clock of who opened it said", () => {
    expect(abandoned(sampleSession({ started_at: minutes(5) }), NOW).ended_at).toEqual(minutes(5));
  });

  it("gives the reason as summary when there is none", () => {
    const { progress_summary, handoff_notes } = abandoned(sampleSession(), NOW);
    expect(progress_summary).toBe("Session abandoned (new session started)");
    expect(handoff_notes).toBeNull();
  });
});
