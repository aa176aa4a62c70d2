import type { Call } from "../call.js";
import { BoardError, notFound } from "../errors.js";
import { assembleHandoff } from "../handoff/assemble.js";
import { collectHandoff } from "../handoff/collect.js";
import type { Handoff } from "../handoff/view.js";
import { readDocument, readDocuments } from "../model/document.js";
import type { SessionType } from "../model/enums.js";
import { HANDOFF_TOKENS } from "../model/limits.js";
import type { Metadata } from "../model/metadata.js";
import { projectDocument } from "../model/project.js";
import { newSession, type Session, sessionDocument } from "../model/session.js";
import { type Write, write } from "../write.js";
import { abandoned, storeAbandoned } from "./abandon.js";

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

export interface CreatedSession {
  session_id: string;
  abandoned_sessions: number;
  joined?: true;
  handoff: Handoff;
  message: string;
}

/**
 * Opens the one active board session of a project and hands over what the last one left (contracts.md 3.1).
 * Throws `project_not_found`, `project_archived`, and with `reject` `session_active`.
 *
 * Two round trips, however many sessions are stale: the transaction reads only the active sessions; the project, which
 * the commit verifies, and the handoff are read beside it. A third only when none of the last sessions left notes.
 */
export async function createSession(call: Call, args: CreateSession): Promise<CreatedSession> {
  const id = call.newUuid();
  const projectRef = call.store.ref("projects", args.project_id);
  const opened = await write(call, async (unit) => {
    const query = { values: { project_id: args.project_id, status: "active" }, limit: "all" } as const;
    const [found, projectSnapshot, collected] = await Promise.all([
      unit.tx.get(call.store.query("activeSessions", query)),
      projectRef.get(),
      collectHandoff(call, args.project_id, HANDOFF_TOKENS.default),
    ]);
    if (!projectSnapshot.exists) throw notFound("project", args.project_id);
    const project = readDocument(projectDocument, "project", projectSnapshot);
    if (project.status === "archived") throw archived(project.id);

    const { rows } = readDocuments(sessionDocument, "session", found.docs);
    const active = rows.filter(({ kind }) => kind === "board");
    const current = active.sort((a, b) => Number(b.started_at) - Number(a.started_at))[0];
    if (current && args.if_active === "reject") throw sessionActive(current, call.now());
    if (current && args.if_active === "join") return { joined: current, project, collected, ended: [], logged: [] };

    const now = call.now();
    const ended = active.map((session) => abandoned(session, now));
    const logged = ended.map((session) => storeAbandoned(call, unit, session));
    unit.tx.create(call.store.ref("sessions", id), newSession(now, { kind: "board", ...sessionFields(args) }));
    logged.push(logStarted(unit, id, args, ended.length));
    call.store.verify(unit.tx, projectSnapshot);
    return { joined: null, project, collected, ended, logged };
  });

  const handoff = await assembleHandoff(call, opened, HANDOFF_TOKENS.default);
  if (opened.joined) {
    const message = "Joined the active session";
    return { session_id: opened.joined.id, abandoned_sessions: 0, joined: true, handoff, message };
  }
  const message = "Session started successfully";
  return { session_id: id, abandoned_sessions: opened.ended.length, handoff, message };
}

function sessionFields({ project_id: _, if_active: __, ...given }: CreateSession): Partial<Session> {
  const set = Object.entries({ ...given, project_id: _ }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<Session>;
}

function logStarted({ log }: Write, id: string, args: CreateSession, stale: number) {
  const suffix = stale > 0 ? ` (${stale} stale session(s) abandoned)` : "";
  return log({
    action: "session_started",
    agent_name: args.agent_name || "system",
    project_id: args.project_id,
    session_id: id,
    details: `New ${args.session_type} session started${suffix}`,
  });
}

function archived(id: string): BoardError {
  return new BoardError(
    "project_archived",
    `Project ${id} is archived.`,
    "board_update_project with status active reopens it.",
  );
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
