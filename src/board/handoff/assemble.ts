import type { Activity } from "../model/activity.js";
import type { Project } from "../model/project.js";
import type { Session } from "../model/session.js";
import { type Collected, RECENT_ENTRIES } from "./collect.js";
import type { Behind } from "./fallback-notes.js";
import { salvage } from "./salvage.js";
import { trimHandoff } from "./trim.js";
import { activeTask, type Handoff, recentEntry, type SinceCounts, sessionNotes } from "./view.js";

/** All that a handoff is made of. */
export interface Material {
  project: Project;
  collected: Collected & { since?: SinceCounts };
  /** Ended sessions, the latest first, those that this very call abandoned included. */
  ended: readonly Session[];
  behind: Behind;
  /** Entries that this very call writes. */
  logged: readonly Activity[];
}

/** Puts a handoff together within its size (contracts.md 3.2). Pure. */
export function assembleHandoff({ project, collected, ended, behind, logged }: Material, maxTokens: number): Handoff {
  const [last] = ended;
  const silent = last !== undefined && !last.handoff_notes;
  const entries = [...[...logged].reverse(), ...collected.activity].slice(0, RECENT_ENTRIES);
  const { id, name, status, description } = project;
  const whole: Handoff = {
    project: { id, name, status, description },
    last_session: last ? sessionNotes(last) : null,
    last_handoff: behind.noted && sessionNotes(behind.noted),
    ...(silent ? { salvaged: salvage(last, behind.trail, collected.tasks) } : {}),
    active_tasks: collected.tasks.map(activeTask),
    active_task_count: collected.taskCount,
    recent_activity: entries.map(recentEntry),
    omitted: [],
    ...(collected.since ? { since: collected.since } : {}),
    ...(collected.warnings.length > 0 ? { warnings: collected.warnings } : {}),
  };
  return trimHandoff(whole, maxTokens);
}
