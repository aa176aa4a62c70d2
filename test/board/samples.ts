import type { LeaseCaller } from "../../src/board/core/caller.js";
import type { Activity } from "../../src/board/model/activity.js";
import { newParticipant, type Participant } from "../../src/board/model/participant.js";
import { newSession, type Session } from "../../src/board/model/session.js";
import type { Lease, Task } from "../../src/board/model/task.js";
import type { Snapshot } from "../../src/firestore/store.js";

/** The current time in the unit tests of the rules. */
export const NOW = new Date("2026-03-01T12:00:00.000Z");

/** The time so many minutes after NOW, or before it when negative. */
export const minutes = (after: number) => new Date(NOW.getTime() + after * 60_000);

/** A task in `todo`, with defaults for what is not given. */
export function sampleTask(fields: Partial<Task> = {}): Task {
  return {
    id: "t",
    project_id: "p",
    title: "A task",
    description: null,
    status: "todo",
    resolution: null,
    priority: "medium",
    assigned_agent: null,
    parent_task_id: null,
    depends_on: [],
    labels: [],
    due_at: null,
    external_ref: null,
    riper_mode: null,
    metadata: {},
    lease: null,
    created_at: minutes(-60),
    updated_at: minutes(-60),
    started_at: null,
    completed_at: null,
    ...fields,
  };
}

/** A lease of 60 minutes of an agent, by default over the connection of that name, that ends so many minutes after NOW. */
export function sampleLease(agent_name: string, endsAfter: number, fields: Partial<Lease> = {}): Lease {
  return {
    agent_name,
    session_id: null,
    holder: `connection of ${agent_name}`,
    minutes: 60,
    expires_at: minutes(endsAfter),
    ...fields,
  };
}

/** A caller who names this agent or nobody, by default over the connection of that name, with heartbeats every minute. */
export function sampleCaller(agent: string | null, fields: Partial<LeaseCaller> = {}): LeaseCaller {
  return { holder: `connection of ${agent}`, agent, isOwnName: true, session_id: null, heartbeatMs: 60_000, ...fields };
}

/** A board session that was opened an hour ago. */
export function sampleSession(fields: Partial<Session> = {}): Session {
  return { ...newSession(minutes(-60), { kind: "board", project_id: "p" }), id: "s", ...fields };
}

/** A participant that joined ten minutes ago and was seen just now. */
export function sampleParticipant(fields: Partial<Participant> = {}): Participant {
  return { ...newParticipant(minutes(-10), "bob"), last_seen_at: NOW, id: "other", ...fields };
}

/** An activity entry, by default an update of the task `t`. */
export function sampleEntry(fields: Partial<Activity> = {}): Activity {
  return {
    id: "e",
    project_id: "p",
    task_id: "t",
    session_id: null,
    agent_name: "ann",
    action: "updated",
    details: null,
    metadata: {},
    call_id: null,
    created_at: NOW,
    ...fields,
  };
}

/** A document as the client library gives it, with the parts that the rules read: id and data. */
export function sampleSnapshot(id: string, data: Record<string, unknown> | undefined): Snapshot {
  return { id, exists: data !== undefined, data: () => data } as Snapshot;
}
