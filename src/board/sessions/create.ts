import type { Call } from "../core/call.js";
import { BoardError } from "../core/errors.js";
import type { Metadata } from "../core/metadata.js";
import { readMended } from "../core/read-document.js";
import { type Write, write } from "../core/write.js";
import { assembleHandoff, type Material } from "../handoff/assemble.js";
import { collectHandoff, latestFirst } from "../handoff/collect.js";
import { type Behind, lookBehind } from "../handoff/fallback-notes.js";
import type { Handoff } from "../handoff/view.js";
import type { SessionType } from "../model/enums.js";
import { HANDOFF_TOKENS } from "../model/limits.js";
import { newSession, type Session, sessionDocument } from "../model/session.js";
import { existingProject, openProject } from "../projects/read.js";
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
 * the commit verifies, and the handoff are read beside it, and what stands behind a silent last session beside the commit.
 */
export async function createSession(call: Call, args: CreateSession): Promise<CreatedSession> {
  const id = call.newUuid();
  const { session_id, abandoned_sessions, joined, material } = await write(
    call,
    (unit) => openSession(call, unit, id, args),
    {
      memo: {
        keep: ({ material: _, ...ids }) => ids,
        restore: async (kept) => ({ ...(kept as Omit<Opened, "material">), material: await readMaterial(call, args) }),
      },
    },
  );
  const handoff = assembleHandoff({ ...material, behind: await material.behind }, HANDOFF_TOKENS.default);
  if (joined) return { session_id, abandoned_sessions, joined, handoff, message: "Joined the active session" };
  return { session_id, abandoned_sessions, handoff, message: "Session started successfully" };
}

/** What the transaction decided, and what the handoff will be made of; what stands behind is still being read. */
interface Opened {
  session_id: string;
  abandoned_sessions: number;
  joined?: true;
  material: Omit<Material, "behind"> & { behind: Promise<Behind> };
}

async function openSession(call: Call, unit: Write, id: string, args: CreateSession): Promise<Opened> {
  const projectRef = call.store.ref("projects", args.project_id);
  const query = { values: { project_id: args.project_id, status: "active" }, limit: "all" } as const;
  const [found, projectSnapshot, collected] = await Promise.all([
    unit.tx.get(call.store.query("activeSessions", query)),
    projectRef.get(),
    collectHandoff(call, args.project_id, HANDOFF_TOKENS.default),
  ]);
  const project = openProject(projectSnapshot, args.project_id);

  const active = found.docs.map((doc) => readMended(sessionDocument, doc)).filter(({ kind }) => kind === "board");
  const current = active.sort((a, b) => Number(b.started_at) - Number(a.started_at))[0];
  if (current && args.if_active === "reject") throw sessionActive(current, unit.now());
  if (current && args.if_active === "join") {
    const material = { project, collected, ended: collected.ended, logged: [] };
    return { session_id: current.id, abandoned_sessions: 0, joined: true, material: withBehind(call, material) };
  }

  const now = unit.now();
  const stale = active.map((session) => abandoned(session, now));
  const logged = stale.map((session) => storeAbandoned(call, unit, session));
  unit.tx.create(call.store.ref("sessions", id), newSession(now, { kind: "board", ...sessionFields(args) }));
  logged.push(logStarted(unit, id, args, stale.length));
  call.store.verify(unit.tx, projectSnapshot);
  const ended = [...stale, ...collected.ended].sort(latestFirst);
  const material = withBehind(call, { project, collected, ended, logged });
  return { session_id: id, abandoned_sessions: stale.length, material };
}

/** Starts to look behind the last session, beside the commit; a failure is told to whoever waits for it, if anybody does. */
function withBehind(call: Call, material: Omit<Material, "behind">): Opened["material"] {
  const behind = lookBehind(call, material.ended, material.collected);
  behind.catch(() => {});
  return { ...material, behind };
}

/** The handoff's material anew, for a repeated call whose session was opened before. */
async function readMaterial(call: Call, { project_id }: CreateSession): Promise<Opened["material"]> {
  const [snapshot, collected] = await Promise.all([
    call.store.ref("projects", project_id).get(),
    collectHandoff(call, project_id, HANDOFF_TOKENS.default),
  ]);
  const project = existingProject(snapshot, project_id);
  return withBehind(call, { project, collected, ended: collected.ended, logged: [] });
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

function sessionActive(session: Session, now: Date): BoardError {
  const age_seconds = session.started_at && Math.round((now.getTime() - session.started_at.getTime()) / 1000);
  return new BoardError(
    "session_active",
    `Session ${session.id} is active in this project.`,
    "Wait until it has ended, or take part in it with if_active join.",
    { session_id: session.id, agent_name: session.agent_name, age_seconds },
  );
}
