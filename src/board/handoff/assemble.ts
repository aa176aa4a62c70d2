import type { Call } from "../call.js";
import type { Activity } from "../model/activity.js";
import type { Project } from "../model/project.js";
import type { Session } from "../model/session.js";
import { type Collected, findOlderNotes, latestFirst, RECENT_ENTRIES } from "./collect.js";
import { trimHandoff } from "./trim.js";
import { activeTask, type Handoff, recentEntry, sessionNotes } from "./view.js";

/** What has been read, and what this very call has changed since: sessions it abandoned, entries it wrote. */
export interface Material {
  project: Project;
  collected: Collected;
  ended: Session[];
  logged: Activity[];
}

/** Puts a handoff together within its size. One more round trip only when none of the last sessions left notes. */
export async function assembleHandoff(call: Call, material: Material, maxTokens: number): Promise<Handoff> {
  const { project, collected, logged } = material;
  const ended = [...material.ended, ...collected.ended].sort(latestFirst);
  const last = ended[0] ?? null;
  const noted = ended.find(({ handoff_notes }) => handoff_notes);
  const withNotes = noted ?? (collected.moreEnded ? await findOlderNotes(call, project.id) : null);
  const entries = [...[...logged].reverse(), ...collected.activity].slice(0, RECENT_ENTRIES);
  const { id, name, status, description } = project;
  const whole: Handoff = {
    project: { id, name, status, description },
    last_session: last && sessionNotes(last),
    last_handoff: withNotes && withNotes.id !== last?.id ? sessionNotes(withNotes) : null,
    active_tasks: collected.tasks.map(activeTask),
    active_task_count: collected.taskCount,
    recent_activity: entries.map(recentEntry),
    omitted: [],
    ...(collected.warnings.length > 0 ? { warnings: collected.warnings } : {}),
  };
  return trimHandoff(whole, maxTokens);
}
