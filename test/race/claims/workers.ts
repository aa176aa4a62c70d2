import { EventEmitter, once } from "node:events";
import pRetry from "p-retry";
import { MASKS } from "../../../src/firestore/masks.js";
import type { TestBoard } from "../../support/board.js";
import { type Agent, type Answer, startAgent, ToolError } from "../../support/client.js";

/** How many workers claim the tasks of a project, and how they are killed. */
export interface WorkerOptions {
  board: TestBoard;
  project_id: string;
  /** Processes at a time. */
  agents: number;
  /** Each time this many more claims were acknowledged, a worker is killed and replaced by a new one of another name. */
  killEvery: number;
  /** Whether a random worker is killed, whatever it does; else the one that has just got a task, between two calls. */
  killAnywhere: boolean;
  /** A number from 0 to 1, as Math.random. */
  random(): number;
}

/** What happened, as the workers saw it. */
export interface WorkerReport {
  /** Tasks that were given to a worker while another living one held them. */
  shared: string[];
  /** The leases of killed workers that were ended. */
  expiries: Expiry[];
  kills: number;
  /** Milliseconds of each claim that gave a task. */
  claims: number[];
  /** Claims that got no task, because every open one was held or not ready. */
  empty: number;
  /** From the first claim to the end, the starts of replacements included. */
  seconds: number;
}

/** The lease of a killed worker that was ended. */
export interface Expiry {
  task_id: string;
  agent_name: string;
  /** When it was ended, in milliseconds since 1970. */
  at: number;
}

/** The processes are more than the cores and start at once: calls may take longer than the usual deadline. */
const PATIENT = { FIREBOARD_DEADLINE_MS: "60000" };

interface Worker {
  name: string;
  server: Agent;
  killed: boolean;
}

/** Repeats a call that is refused with `conflict`: workers that want the same task can block each other on the emulator. */
function retryOnConflict(server: Agent, tool: string, args: object) {
  return pRetry(() => server.call(tool, { ...args }), {
    retries: 20,
    minTimeout: 0,
    shouldRetry: ({ error }) => error instanceof ToolError && error.code === "conflict",
  });
}

/** Lets workers claim and finish the tasks of a project until none is open, and kills some workers meanwhile (SIGKILL). */
export async function runWorkers(options: WorkerOptions): Promise<WorkerReport> {
  const { board, project_id, agents, killEvery, killAnywhere, random } = options;
  const report: WorkerReport = { shared: [], expiries: [], kills: 0, claims: [], empty: 0, seconds: 0 };
  const alive = new Set<Worker>();
  const holders = new Map<string, Worker>();
  const dead: string[] = [];
  const events = new EventEmitter().setMaxListeners(0);
  let started = 0;
  let began = 0;

  async function runWorker(): Promise<void> {
    const name = `agent-${started++}`;
    const worker: Worker = {
      name,
      server: await startAgent({ ...board.database.env, ...PATIENT }, name),
      killed: false,
    };
    // The first call opens the store, which takes longer than all that follows.
    await worker.server.call("board_get_projects", { limit: 1 });
    alive.add(worker);
    await work(worker).catch((error: unknown) => {
      if (!worker.killed) throw error;
    });
    alive.delete(worker);
    await worker.server.close();
    if (worker.killed) await runWorker();
  }

  async function work(worker: Worker): Promise<void> {
    const { name, server } = worker;
    began ||= performance.now();
    for (;;) {
      const asked = performance.now();
      const { task } = await retryOnConflict(server, "board_claim_task", { project_id, agent_name: name });
      if (task) {
        acknowledge(worker, task.id, performance.now() - asked);
        await retryOnConflict(server, "board_update_task", { task_id: task.id, status: "done", assigned_agent: name });
        release(worker, task.id);
      } else {
        report.empty += 1;
        const next = holders.size > 0 ? once(events, "released") : undefined;
        await endLeases(board, dead, report.expiries);
        if ((await openTasks(board, project_id)) === 0) return;
        await next;
      }
    }
  }

  function acknowledge(worker: Worker, task_id: string, ms: number): void {
    if (worker.killed) return;
    const holder = holders.get(task_id);
    if (holder && holder !== worker) report.shared.push(`${task_id}: given to ${worker.name}, held by ${holder.name}`);
    holders.set(task_id, worker);
    report.claims.push(ms);
    const victims = killAnywhere ? [...alive] : [worker];
    if (report.claims.length % killEvery === 0) kill(victims[Math.floor(random() * victims.length)] ?? worker);
  }

  function release(worker: Worker, task_id: string): void {
    if (holders.get(task_id) === worker) holders.delete(task_id);
    events.emit("released");
  }

  /** Kills a process, possibly in the middle of a call. */
  function kill(worker: Worker): void {
    process.kill(worker.server.pid, "SIGKILL");
    worker.killed = true;
    alive.delete(worker);
    dead.push(worker.name);
    report.kills += 1;
    for (const [task_id, holder] of holders) if (holder === worker) release(worker, task_id);
  }

  await Promise.all(Array.from({ length: agents }, runWorker));
  report.seconds = (performance.now() - began) / 1_000;
  return report;
}

/** Ends the leases of killed workers now instead of in an hour. A lease that another claim has replaced is left alone. */
async function endLeases({ store }: TestBoard, dead: readonly string[], expiries: Expiry[]): Promise<void> {
  for (const agent_name of dead) {
    const held = store.query("tasksLeasedBy", {
      values: { "lease.agent_name": agent_name },
      mask: MASKS.tasks.held,
      limit: "all",
    });
    for (const { ref } of (await held.get()).docs) {
      const expire = () =>
        store.transaction(async (tx) => {
          const at = Date.now();
          const [task] = await tx.getAll([ref]);
          const lease = task?.get("lease") as Answer;
          if (lease?.agent_name !== agent_name || lease.expires_at.toMillis() <= at) return;
          tx.update(ref, { "lease.expires_at": new Date(at) });
          return { task_id: ref.id, agent_name, at };
        }, AbortSignal.timeout(60_000));
      // The official emulator keeps the locks of a killed process for longer than the client library retries.
      const expiry = await pRetry(expire, { retries: 10, minTimeout: 500, factor: 1 });
      if (expiry) expiries.push(expiry);
    }
  }
}

async function openTasks({ store }: TestBoard, project_id: string): Promise<number> {
  const open = store.query("openTaskCount", { values: { project_id, status: "done" }, limit: "all" });
  return await open.count();
}
