import { EventEmitter, once } from "node:events";
import pRetry from "p-retry";
import type { TestBoard } from "../../support/board.js";
import { type Agent, type Answer, startAgent, ToolError } from "../../support/client.js";

/** What a fleet is made of. */
export interface FleetOptions {
  board: TestBoard;
  project_id: string;
  /** Processes at a time. */
  agents: number;
  /** A random one is killed each time this many more claims were acknowledged, and replaced by a new one of another name. */
  killEvery: number;
  /** Whether one is killed anywhere in its work; else the one that has just been given a task, between two calls. */
  killAnywhere: boolean;
  /** 0 to 1, as Math.random. */
  random(): number;
}

/** What happened, as the agents saw it. */
export interface Report {
  /** Tasks that were given to an agent while another living one held them. */
  shared: string[];
  /** When a dead agent's lease on a task was ended. */
  expiries: Expiry[];
  kills: number;
  /** Milliseconds of each claim that gave a task. */
  claims: number[];
  /** Claims that found nothing ready, because all that was left was held or waited. */
  empty: number;
  /** From the first claim to the end, the starts of replacements included. */
  seconds: number;
}

export interface Expiry {
  task_id: string;
  agent_name: string;
  at: number;
}

/** More processes than cores, all of them starting at once, are not what the deadline of a call is for. */
const PATIENT = { FIREBOARD_DEADLINE_MS: "60000" };

interface Worker {
  name: string;
  server: Agent;
  killed: boolean;
}

/** Calls again when told so: on the emulator, agents that want the same task can block each other for a while. */
function asTold(server: Agent, tool: string, args: object) {
  return pRetry(() => server.call(tool, { ...args }), {
    retries: 20,
    minTimeout: 0,
    shouldRetry: ({ error }) => error instanceof ToolError && error.code === "conflict",
  });
}

/** Lets agents claim and finish a project's tasks until none is open, killing some of them on the way (SIGKILL). */
export async function runFleet(options: FleetOptions): Promise<Report> {
  const { board, project_id, agents, killEvery, killAnywhere, random } = options;
  const report: Report = { shared: [], expiries: [], kills: 0, claims: [], empty: 0, seconds: 0 };
  const alive = new Set<Worker>();
  const holders = new Map<string, Worker>();
  const dead: string[] = [];
  const news = new EventEmitter().setMaxListeners(0);
  let started = 0;
  let began = 0;

  async function live(): Promise<void> {
    const name = `agent-${started++}`;
    const worker: Worker = {
      name,
      server: await startAgent({ ...board.database.env, ...PATIENT }, name),
      killed: false,
    };
    // Opens the store, which takes a starting process longer than all that follows.
    await worker.server.call("board_get_projects", { limit: 1 });
    alive.add(worker);
    await work(worker).catch((error: unknown) => {
      if (!worker.killed) throw error;
    });
    alive.delete(worker);
    await worker.server.close();
    if (worker.killed) await live();
  }

  async function work(worker: Worker): Promise<void> {
    const { name, server } = worker;
    began ||= performance.now();
    for (;;) {
      const asked = performance.now();
      const { task } = await asTold(server, "board_claim_task", { project_id, agent_name: name });
      if (task) {
        acknowledge(worker, task.id, performance.now() - asked);
        await asTold(server, "board_update_task", { task_id: task.id, status: "done", assigned_agent: name });
        release(worker, task.id);
      } else {
        report.empty += 1;
        const next = holders.size > 0 ? once(news, "released") : undefined;
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
    news.emit("released");
  }

  /** Ends a process: between two calls, or also in the middle of one, its answer on the way. */
  function kill(worker: Worker): void {
    process.kill(worker.server.pid, "SIGKILL");
    worker.killed = true;
    alive.delete(worker);
    dead.push(worker.name);
    report.kills += 1;
    for (const [task_id, holder] of holders) if (holder === worker) release(worker, task_id);
  }

  await Promise.all(Array.from({ length: agents }, live));
  report.seconds = (performance.now() - began) / 1_000;
  return report;
}

/** Ends the leases of dead agents now, as an hour would; one that another claim changes meanwhile needs no ending. */
async function endLeases({ store }: TestBoard, dead: readonly string[], expiries: Expiry[]): Promise<void> {
  for (const agent_name of dead) {
    const held = store.query("tasksLeasedBy", { values: { "lease.agent_name": agent_name }, limit: "all" });
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
      // On the official emulator the locks of a killed process stay for a while, longer than the client tries.
      const expiry = await pRetry(expire, { retries: 10, minTimeout: 500, factor: 1 });
      if (expiry) expiries.push(expiry);
    }
  }
}

async function openTasks({ store }: TestBoard, project_id: string): Promise<number> {
  const open = store.query("openTaskCount", { values: { project_id, status: "done" }, limit: "all" });
  return await open.count();
}
