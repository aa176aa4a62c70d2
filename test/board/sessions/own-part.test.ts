import { describe, expect, it } from "vitest";
import { holderOfName, holderWithId, isHolderOf, isOfCallsAlone } from "../../../src/board/core/holder.js";
import type { Participant } from "../../../src/board/model/participant.js";
import type { Session } from "../../../src/board/model/session.js";
import { isGone } from "../../../src/board/participants/liveness.js";
import { ownPart } from "../../../src/board/participants/own-part.js";
import { isHolderGone } from "../../../src/board/tasks/lease.js";
import { minutes, NOW, sampleLease, sampleParticipant, sampleSession } from "../samples.js";

const MINE = { creator: holderWithId("me", "a"), joiner: holderWithId("me", "b") };
const THEIRS = holderWithId("somebody else", "a");
const session = (fields: Partial<Session> = {}) =>
  sampleSession({ holder: MINE.creator, agent_name: "claude", last_seen_at: NOW, ...fields });
const joiner = (fields: Partial<Participant> = {}) =>
  sampleParticipant({ id: MINE.joiner, agent_name: "claude-2", joined_at: NOW, last_seen_at: NOW, ...fields });
const SILENT = { last_seen_at: minutes(-31) };
const ENDED = { ended_at: minutes(-1) };

const partOf = (agent_name: string | null, one: Session, joined: Participant[] = []) => {
  const own = ownPart(one, joined, { principal: "me", agent_name }, NOW);
  return typeof own === "string" ? own : (own?.holder ?? null);
};

describe("the part of a caller that no connection tells", () => {
  it("is the one of its name, the last that has it and lives", () => {
    expect(partOf("claude", session(), [joiner()])).toBe(MINE.creator);
    expect(partOf("claude-2", session(), [joiner()])).toBe(MINE.joiner);
    expect(partOf("claude", session(SILENT), [joiner({ agent_name: "claude" })])).toBe(MINE.joiner);
    expect(partOf("claude-2", session(), [joiner(ENDED)])).toBe(MINE.joiner);
  });

  it("is the only one that lives, when it gives no name or none that is known", () => {
    for (const name of [null, "helper"]) {
      expect(partOf(name, session())).toBe(MINE.creator);
      expect(partOf(name, session(), [joiner(ENDED)])).toBe(MINE.creator);
      expect(partOf(name, session(SILENT), [joiner()])).toBe(MINE.joiner);
      expect(partOf(name, session(SILENT))).toBe(MINE.creator);
    }
  });

  it("is not chosen, when several could be meant", () => {
    expect(partOf(null, session(), [joiner()])).toBe("several");
    expect(partOf("helper", session(SILENT), [joiner(SILENT)])).toBe("several");
  });

  it("is never another principal's, nor a connection's", () => {
    expect(partOf("claude", session({ holder: THEIRS }))).toBeNull();
    expect(
      partOf("claude", session({ holder: "connection" }), [joiner({ id: THEIRS, agent_name: "claude" })]),
    ).toBeNull();
    expect(partOf(null, session({ holder: THEIRS }), [joiner()])).toBe(MINE.joiner);
  });
});

describe("a holder of calls that stand alone", () => {
  it("is the principal's own, and the same for the same name", () => {
    const named = holderOfName("me", "claude");
    expect(named).toBe(holderOfName("me", "claude"));
    expect(
      new Set([named, holderOfName("me", null), holderOfName("me", "bob"), holderOfName("you", "claude")]).size,
    ).toBe(4);
    expect([isHolderOf("me", named), isHolderOf("you", named), isHolderOf("m", named)]).toEqual([true, false, false]);
    expect([isOfCallsAlone(named), isOfCallsAlone("kZ1"), isOfCallsAlone(null)]).toEqual([true, false, false]);
  });

  it("is gone after 30 silent minutes, a connection after three heartbeats", () => {
    const goneIn = (holder: string, silent: number) => [
      isGone(session({ holder, last_seen_at: minutes(-silent) }), 60_000, NOW),
      isHolderGone(sampleLease("claude", 60 - silent, { holder }), { now: NOW, heartbeatMs: 60_000, ended: false }),
    ];
    expect(goneIn("connection", 4)).toEqual([true, true]);
    expect(goneIn(MINE.creator, 4)).toEqual([false, false]);
    expect(goneIn(MINE.creator, 29)).toEqual([false, false]);
    expect(goneIn(MINE.creator, 31)).toEqual([true, true]);
  });
});
