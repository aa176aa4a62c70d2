import { iso } from "../core/result.js";
import type { Board } from "./collect.js";

/** Tasks of other projects that open tasks of this one wait for, and that are critical or blocked. Pure. */
export function crossProjectAlerts({ open, dependencies }: Board, projectId: string) {
  return open.flatMap((task) =>
    task.depends_on.flatMap((id) => {
      const other = dependencies.get(id);
      if (!other || other.project_id === projectId || other.status === "done") return [];
      if (other.priority !== "critical" && other.status !== "blocked") return [];
      const { project_id, status, priority } = other;
      return [{ task_id: task.id, waits_for: id, project_id, status, priority }];
    }),
  );
}

/** The other agents that were seen lately, with what they are about. Pure. */
export function agentAwareness({ around }: Board, agentId: string | undefined) {
  return around
    .filter(({ agent_id }) => agent_id !== agentId)
    .map(({ agent_id, intent, last_seen_at }) => ({ agent_id, intent, last_seen_at: iso(last_seen_at) }));
}

/** The two hashes when the tool definitions are not those that the agent saw last; null while they are, or at first. */
export function toolIntegrityAlert(seen: string | null, current: string) {
  return seen === null || seen === current ? null : { previous: seen, current };
}
