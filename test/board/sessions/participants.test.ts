import { describe, expect, it } from "vitest";
import type { Participant } from "../../../src/board/model/participant.js";
import type { Session } from "../../../src/board/model/session.js";
import { signOfLife } from "../../../src/board/sessions/heartbeat-rules.js";
import { decideJoining } from "../../../src/board/sessions/join-rules.js";
import { isLastOne, placeOf } from "../../../src/board/sessions/notes-place.js";
import { minutes, NOW, sampleParticipant, sampleSession } from "../samples.js";

const session = (fields: Partial<Session> = {}) =>
  sampleSession({ holder: "creator", agent_name: "claude", last_seen_at: NOW, ...fields });
const SILENT = { last_seen_at: minutes(-30) };
const ENDED = { ended_at: minutes(-1) };

describe("the name of a joiner", () => {
  const nameOf = (
    agent_name: string | null,
    one = session(),
    joined = [sampleParticipant({ agent_name: "claude-2" })],
  ) => decideJoining(one, joined, { holder: "me", agent_name }, NOW).agent_name;

  it("is its own unless a living participant has it", () => {
    expect(nameOf("bob")).toBe("bob");
    expect(nameOf("claude")).toBe("claude-3");
    expect(nameOf("claude-2")).toBe("claude-2-2");
    expect(nameOf(null)).toBeNull();
    expect(nameOf("claude", session(SILENT))).toBe("claude");
    expect(nameOf("claude", session({ creator_ended_at: NOW }))).toBe("claude");
    expect(nameOf("claude-2", session(), [sampleParticipant({ agent_name: "claude-2", ...ENDED })])).toBe("claude-2");
  });

  it("is as long as a name may be", () => {
    const long = "x".repeat(100);
    expect(nameOf(long, session({ agent_name: long }))).toBe(`${"x".repeat(98)}-2`);
  });

  it("is the one that it has, of a connection that takes part already", () => {
    const own = sampleParticipant({ id: "me", agent_name: "claude-2" });
    expect(decideJoining(session(), [own], { holder: "me", agent_name: "other" }, NOW)).toEqual({
      agent_name: "claude-2",
      known: true,
      earlier: null,
    });
    const creator = decideJoining(session(), [], { holder: "creator", agent_name: "other" }, NOW);
    expect(creator).toMatchObject({ agent_name: "claude", known: true });
    const ended = { ...own, ...ENDED };
    expect(decideJoining(session(), [ended], { holder: "me", agent_name: "claude-2" }, NOW)).toEqual({
      agent_name: "claude-2",
      known: false,
      earlier: ended,
    });
  });

  it("is refused to the 51st", () => {
    const joined = Array.from({ length: 50 }, (_, at) => sampleParticipant({ id: `p${at}` }));
    expect(() => nameOf("one more", session(), joined)).toThrow(expect.objectContaining({ code: "guard_refused" }));
  });
});

describe("the place of a caller's notes", () => {
  const place = (one: Session, holder: string, joined = [sampleParticipant()]) => {
    const { in: where, ended, taken } = placeOf(one, joined, { holder, heartbeatMs: 60_000 }, NOW);
    return { where, ended, taken };
  };
  const said = { progress_summary: "said" };

  it("is the session for its creator, the participant's document for who joined", () => {
    expect(place(session(), "creator")).toEqual({ where: "session", ended: false, taken: false });
    expect(place(session({ creator_ended_at: NOW }), "creator")).toMatchObject({ where: "session", ended: true });
    expect(place(session(), "other")).toEqual({ where: "participant", ended: false, taken: false });
  });

  it.each<[string, Partial<Session>, "session" | "participant"]>([
    ["that nobody holds", { holder: null, ...said }, "session"],
    ["whose holder has missed three heartbeats", { last_seen_at: minutes(-4), ...said }, "session"],
    ["whose holder is silent", { ...SILENT, ...said }, "session"],
    ["whose holder is living", {}, "participant"],
    ["that was ended", { holder: null, creator_ended_at: NOW }, "participant"],
    ["of an abandoned session that said nothing", { holder: null, status: "abandoned" }, "session"],
    ["of an abandoned session that said something", { holder: null, status: "abandoned", ...said }, "participant"],
  ])("is, for a stranger, the creator's %s: in the %s", (_, fields, where) => {
    expect(place(session(fields), "stranger")).toEqual({ where, ended: false, taken: true });
  });
});

describe("the end of a part completes the session", () => {
  const isLast = (holder: string, one = session(), joined = [sampleParticipant()]) =>
    isLastOne(one, joined, placeOf(one, joined, { holder, heartbeatMs: 60_000 }, NOW), { holder, now: NOW });

  it("when nobody else is living", () => {
    expect(isLast("creator")).toBe(false);
    expect(isLast("other")).toBe(false);
    expect(isLast("creator", session(), [])).toBe(true);
    expect(isLast("creator", session(), [sampleParticipant(ENDED)])).toBe(true);
    expect(isLast("creator", session(), [sampleParticipant(SILENT)])).toBe(true);
    expect(isLast("other", session(SILENT))).toBe(true);
    expect(isLast("other", session({ creator_ended_at: NOW }))).toBe(true);
  });

  it("by a stranger, who stands in for the creator as long as nobody joined", () => {
    expect(isLast("stranger", session(), [])).toBe(true);
    expect(isLast("stranger")).toBe(false);
    expect(isLast("stranger", session(), [sampleParticipant(ENDED)])).toBe(false);
  });
});

describe("a heartbeat", () => {
  const sign = (holder: string, one = session(), own: Partial<Participant> | null = null) =>
    signOfLife(one, own && sampleParticipant(own), { holder, heartbeatMs: 60_000 }, NOW);
  const seen = { last_seen_at: NOW };

  it("shows the creator to live in the session, a joiner in its own part", () => {
    expect(sign("creator")).toEqual({ session: seen });
    expect(sign("other", session(), {})).toEqual({ participant: seen });
    expect(sign("other", session({ creator_ended_at: NOW }), {})).toEqual({ participant: seen, session: seen });
  });

  it("is over with the part", () => {
    expect(sign("creator", session({ creator_ended_at: NOW }))).toEqual({ over: true });
    expect(sign("other", session(), ENDED)).toEqual({ over: true });
  });

  it("of a stranger says nothing of a living holder, and takes the place of one that is gone", () => {
    expect(sign("stranger")).toEqual({});
    expect(sign("stranger", session({ holder: null }))).toEqual({ session: seen });
    expect(sign("stranger", session({ creator_ended_at: NOW }))).toEqual({ session: seen });
    expect(sign("stranger", session({ last_seen_at: minutes(-4) }))).toEqual({
      session: { ...seen, holder: "stranger" },
    });
  });
});
