import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import type { Metadata } from "../core/metadata.js";
import { type UnitOfWork, write } from "../core/write.js";
import { beginHandoff, type HandoffRequest } from "../handoff/begin.js";
import { getHandoff } from "../handoff/get.js";
import type { Handoff } from "../handoff/view.js";
import type { SessionType } from "../model/enums.js";
import { HANDOFF_TOKENS } from "../model/limits.js";
import { newSession, type Session } from "../model/session.js";
import { openProject } from "../projects/read.js";
import { abandoned, storeAbandoned } from "./abandon.js";
import { readActiveSessions } from "./active-sessions.js";
import { joinSession } from "./join.js";

/** The arguments of board_create_session. */
export interface CreateSession {
  project_id: string;
  session_type: SessionType;
  metadata?: Metadata | undefined;
  agent_name?: string | undefined;
  title?: string | undefined;
  model?: string | undefined;
  story_id?: string | undefined;
  phase?: string | undefined;
  if_active: "abandon" | "join" | "reject";
}

/** The result of board_create_session. */
export interface CreatedSession {
  session_id: string;
  /** The name to work under, which need not be the one that was given; null when none was. */
  agent_name: string | null;
  abandoned_sessions: number;
  joined?: true;
  handoff: Handoff;
  message: string;
}

/**
 * Opens the one active board session of a project and hands over what the last one left (docs/contracts.md 3.1). With
 * `join` the caller takes part in the active one instead, if there is one. Throws `project_not_found`,
 * `project_archived`, with `reject` `session_active`, and with `join` `guard_refused`.
 *
 * Two round trips, however many sessions are superseded, and a third to join one: the transaction reads only the active
 * sessions (active-sessions.ts); the project, which the commit verifies, and the handoff's contents are read beside it, fallback notes
 * beside the commit.
 */
export async function createSession(call: Call, given: CreateSession): Promise<CreatedSession> {
  const id = call.newUuid();
  const args = { ...given, agent_name: given.agent_name || (call.agent ?? undefined) };
  const { handoff, ...opened } = await write(call, (unit) => openSession(call, unit, id, args), {
    memo: {
      keep: ({ handoff: _, ...kept }) => kept,
      restore: async (kept) => ({ ...(kept as Omit<Opened, "handoff">), handoff: getHandoff(call, handoffOf(args)) }),
    },
  });
  return { ...opened, handoff: await handoff };
}

/** What the transaction decided, and the handoff, which may not have been read yet. */
interface Opened extends Omit<CreatedSession, "handoff"> {
  handoff: Promise<Handoff>;
}

async function openSession(call: Call, unit: UnitOfWork, id: string, args: CreateSession): Promise<Opened> {
  const projectRef = call.store.ref("projects", args.project_id);
  const [active, projectSnapshot, begun] = await Promise.all([
    readActiveSessions(call, unit, args.project_id),
    projectRef.get(),
    beginHandoff(call, handoffOf(args)),
  ]);
  const project = openProject(projectSnapshot, args.project_id);

  const current = active.sort((a, b) => Number(b.started_at) - Number(a.started_at))[0];
  if (current && args.if_active === "reject") throw sessionActive(current, unit.now());
  const agent_name = args.agent_name ?? null;
  if (current && args.if_active === "join") {
    const joined = await joinSession(call, unit, current, agent_name);
    return {
      session_id: current.id,
      abandoned_sessions: 0,
      joined: true,
      ...joined,
      handoff: begun.complete({ project }),
    };
  }

  const now = unit.now();
  const superseded = active.map((session) => abandoned(session, now));
  const logged = superseded.map((session) => storeAbandoned(call, unit, session));
  unit.tx.create(
    call.store.ref("sessions", id),
    newSession(now, { kind: "board", holder: call.holder, ...sessionFields(args) }),
  );
  logged.push(logStarted(unit, id, args, superseded.length));
  unit.tx.verify(projectSnapshot);
  const handoff = begun.complete({ project, superseded, logged });
  const message = "Session started successfully";
  return { session_id: id, agent_name, abandoned_sessions: superseded.length, handoff, message };
}

function handoffOf({ project_id }: CreateSession): HandoffRequest {
  return { project_id, max_tokens: HANDOFF_TOKENS.default };
}

function sessionFields({ if_active: _, ...given }: CreateSession): Partial<Session> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Session>;
}

function logStarted({ log }: UnitOfWork, id: string, args: CreateSession, superseded: number) {
  const suffix = superseded > 0 ? ` (${superseded} stale session(s) abandoned)` : "";
  return log({
    action: "session_started",
    agent_name: args.agent_name ?? null,
    project_id: args.project_id,
    session_id: id,
    details: `New ${args.session_type} session started${suffix}`,
  });
}

function sessionActive(session: Session, now: Date): BoardError {
  const age_seconds = session.started_at && Math.round((now.getTime() - session.started_at.getTime()) / 1000);
  return new BoardError(
    "session_active",
    `Session ${session.id} is active in this project.`,
    "Wait until it has ended, or take part in it with if_active join.",
    { session_id: session.id, agent_name: session.agent_name, age_seconds },
  );
}
