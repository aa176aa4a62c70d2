import type { Answer } from "../../support/client.js";
import type { Expiry } from "./workers.js";

/** What is stored after a race of claims: the tasks by id, the entries of the project, and the leases that were ended. */
export interface History {
  tasks: ReadonlyMap<string, Answer>;
  /** The oldest first. */
  entries: readonly Answer[];
  expiries: readonly Expiry[];
}

/**
 * What is wrong with a history, in words. Nothing is wrong when each task was held by at most one live lease at a time, was
 * begun after its dependencies were done, and was completed once.
 */
export function faults({ tasks, entries, expiries }: History): string[] {
  return [...tasks].flatMap(([id, task]) => {
    const own = entries.filter(({ task_id }) => task_id === id);
    const claims = own.filter(({ action }) => action === "claimed");
    const ends = own.filter(({ action }) => action === "completed");
    const ended = expiries.filter(({ task_id }) => task_id === id);
    const last = claims.at(-1);
    const fault = (wrong: boolean, words: string) => (wrong ? [`${id}: ${words}`] : []);
    return [
      ...fault(task.status !== "done" || task.lease !== null, `is ${task.status}, its lease ${task.lease}`),
      ...fault(ends.length !== 1, `was completed ${ends.length} times`),
      ...fault(ends[0]?.agent_name !== last?.agent_name, `was claimed by ${last?.agent_name}, done by another`),
      ...fault(claims.length !== ended.length + 1, `${claims.length} claims, ${ended.length} leases ended`),
      ...claims.slice(1).flatMap((claim, at) => {
        const before = claims[at];
        const end = ended.find(({ agent_name }) => agent_name === before?.agent_name)?.at ?? Number.POSITIVE_INFINITY;
        const late = Date.parse(claim.created_at) < end;
        return [
          ...fault(late, `claimed by ${claim.agent_name} while ${before?.agent_name} held it`),
          ...fault(claim.metadata.previous !== before?.agent_name, "the claim does not name the former holder"),
        ];
      }),
      ...task.depends_on.flatMap((dependency: string) => {
        const finished = entries.find(({ action, task_id }) => action === "completed" && task_id === dependency);
        const early = !finished || finished.created_at > claims[0]?.created_at;
        return fault(early, `was begun before ${dependency} was done`);
      }),
    ];
  });
}
