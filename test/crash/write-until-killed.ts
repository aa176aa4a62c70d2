import type { Answer } from "../support/client.js";
import { type RawServer, toolCall } from "../support/raw-server.js";

/** A generator of numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the server has acknowledged, over all rounds: all of it must stay stored. */
export interface Acknowledged {
  projects: Set<string>;
  tasks: Set<string>;
  /** Deleted tasks. */
  deleted: Set<string>;
  sessions: Set<string>;
  /** Sessions that were ended with a summary. */
  ended: Set<string>;
  entries: Set<string>;
  /** Metadata keys set by updates, by task or project. */
  keys: Map<string, Set<string>>;
}

/** The state before the first round. */
export const nothingAcknowledged = (): Acknowledged => ({
  projects: new Set(),
  tasks: new Set(),
  deleted: new Set(),
  sessions: new Set(),
  ended: new Set(),
  entries: new Set(),
  keys: new Map(),
});

const STATUSES = ["backlog", "todo", "in_progress", "blocked", "review", "done"];
/** Calls that run at a time. */
const AT_ONCE = 6;

interface Step {
  tool: string;
  args: object;
  acknowledge(result: Answer): void;
}

/** Sends writes of all kinds, several at a time, and kills the server with SIGKILL after `answers` of them were answered. */
export async function writeUntilKilled(
  server: RawServer,
  known: Acknowledged,
  random: () => number,
  answers: number,
): Promise<void> {
  let left = answers;
  let id = 0;
  const worker = async () => {
    while (left > 0) {
      const step = nextStep(known, random);
      id += 1;
      server.send(toolCall(id, step.tool, step.args));
      const answer = await server.answer(id);
      // A refusal acknowledges nothing; another call may have deleted the task, for example.
      if (!answer.result.isError) step.acknowledge(answer.result.structuredContent);
      left -= 1;
      if (left === 0) server.kill("SIGKILL");
    }
  };
  // Calls that still ran when the server was killed get no answer.
  await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  await server.exited;
}

function nextStep(known: Acknowledged, random: () => number): Step {
  const pick = <T>(from: Iterable<T>): T | undefined => {
    const all = [...from];
    return all[Math.floor(random() * all.length)];
  };
  const project_id = pick(known.projects);
  const task_id = pick([...known.tasks].filter((id) => !known.deleted.has(id)));
  const session_id = pick(known.sessions);
  const status = pick(STATUSES);
  const key = `k${Math.floor(random() * 1e9)}`;
  const keySet = (id: string) => () => {
    known.keys.set(id, (known.keys.get(id) ?? new Set()).add(key));
  };
  const newProject: Step = {
    tool: "board_create_project",
    args: { name: "Crash" },
    acknowledge: ({ id }) => known.projects.add(id),
  };
  if (project_id === undefined) return newProject;
  const newTask: Step = {
    tool: "board_create_task",
    args: { project_id, title: "Crash", status, ...(random() < 0.2 && task_id ? { depends_on: [task_id] } : {}) },
    acknowledge: ({ id }) => known.tasks.add(id),
  };
  const newTasks: Step = {
    tool: "board_create_tasks",
    args: {
      project_id,
      tasks: [
        { title: "Crash", ref: "a" },
        { title: "Crash", status, depends_on: ["$a"] },
      ],
    },
    acknowledge: ({ tasks }) => {
      for (const { id } of tasks) known.tasks.add(id);
    },
  };
  if (task_id === undefined) return newTask;
  const some = [task_id, ...[...known.tasks].filter((id) => !known.deleted.has(id)).slice(-5)];
  const steps: Step[] = [
    newTask,
    newTasks,
    { tool: "board_update_task", args: { task_id, metadata: { [key]: 1 } }, acknowledge: keySet(task_id) },
    { tool: "board_update_task", args: { task_id, status }, acknowledge: () => {} },
    { tool: "board_update_project", args: { project_id, metadata: { [key]: 1 } }, acknowledge: keySet(project_id) },
    { tool: "board_bulk_update_tasks", args: { task_ids: some, status }, acknowledge: () => {} },
    { tool: "board_claim_task", args: { task_id, agent_name: "crash" }, acknowledge: () => {} },
    {
      tool: "board_delete_task",
      args: { task_id, require_done: false },
      acknowledge: ({ deleted_task_ids }) => known.deleted.add(deleted_task_ids[0]),
    },
    {
      tool: "board_create_session",
      args: { project_id },
      acknowledge: (result) => known.sessions.add(result.session_id),
    },
    {
      tool: "board_log_activity",
      args: { agent_name: "crash", action: "noted", project_id },
      acknowledge: ({ id }) => known.entries.add(id),
    },
    ...(random() < 0.1 ? [newProject] : []),
    ...(session_id === undefined ? [] : [endSession(session_id, known)]),
  ];
  return pick(steps) ?? newTask;
}

function endSession(session_id: string, known: Acknowledged): Step {
  const args = { session_id, progress_summary: "Done" };
  return { tool: "board_end_session", args, acknowledge: () => known.ended.add(session_id) };
}
