import type { Answer } from "../../support/client.js";
import type { Expiry } from "./fleet.js";

/** What a claim race left: the stored tasks by id, the project's entries, the leases that were ended. */
export interface History {
  tasks: ReadonlyMap<string, Answer>;
  /** In the order of their times. */
  entries: readonly Answer[];
  expiries: readonly Expiry[];
}

/**
 * What is wrong with a history, in words; nothing when every task was held by at most one live lease at any time, none is
 * lost, none was begun before its dependencies were done, and all are done once.
 */
export function faults({ tasks, entries, expiries }: History): string[] {
  return [...tasks].flatMap(([id, task]) => {
    const told = entries.filter(({ task_id }) => task_id === id);
    const claims = told.filter(({ action }) => action === "claimed");
    const ends = told.filter(({ action }) => action === "completed");
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
