import type { z } from "zod";
import type { Principal } from "../access/principal.js";
import { nameOfUnnamed, refuseRole } from "../access/roles.js";
import { type AnswerSize, FOR_AGENTS } from "../board/core/answer-size.js";
import type { Call, Runtime } from "../board/core/call.js";
import { newConnectionState } from "../board/core/connection-state.js";
import { BoardError, type ErrorCode } from "../board/core/errors.js";
import type { HeartbeatTimer } from "../board/sessions/heartbeat-timer.js";
import type { Store } from "../firestore/store.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { checkArguments } from "./check-arguments.js";
import { withinDeadline } from "./deadline.js";
import { degradedResult } from "./degraded.js";
import { type LoneCall, loneHolder } from "./lone-holder.js";
import { type Access, type CallOrder, createCallOrder } from "./order.js";
import { notBegun, type Outcome, toBoardError, toolDeadlineExceeded, tooManyCalls } from "./outcome.js";
import { storeOf } from "./principal-store.js";
import { createCallSlots, type Room } from "./slots.js";

/** What the calls of one connection are run with. */
export interface CallRunnerOptions {
  /** Opens the store at the first call, or gives it again. Throws a BoardError when the settings do not allow it. */
  store(): Promise<Store>;
  runtime: Runtime;
  /** Renews the last sign of life of the session that a write named, and the leases of its connection. */
  heartbeat: HeartbeatTimer;
  /**
   * Who has shown to be calling: its role is asked for each call, and only its projects are there. Not given over stdio,
   * where it is the machine's owner.
   */
  principal?: Principal | undefined;
  /**
   * Each call stands alone, as over HTTP (docs/contracts.md 1.2): no call waits for another, nothing is remembered from one
   * to the next, and the holder is the caller's own, whatever process it reaches.
   */
  standsAlone?: boolean | undefined;
  /** The id of the only project that is served, if it is only one. */
  project?: string | undefined;
  /** SHA-256 over the tool definitions that the client is shown. */
  toolsHash(): string;
  /** How large answers may be; as agents take them when not given. */
  answer?: AnswerSize | undefined;
  /** Milliseconds within which every call answers. */
  deadlineMs: number;
  /** The same for tools that answer in a degraded way instead of failing. */
  telemetryDeadlineMs: number;
  /** Whether there is room for answers; no call begins while there is none. Always when not given. */
  room?: Room | undefined;
  log: Log;
}

/** The client's side of one call. */
export interface Caller {
  /** The client's name as it introduced itself; null when it did not. */
  client: string | null;
  /** Aborts when the client gave up. */
  cancelled: AbortSignal;
  /** Hears how far a long call has come, when the client asked for it. */
  progress?: Call["progress"] | undefined;
}

/** Runs the calls of one connection, without knowing the transport. */
export interface CallRunner {
  /**
   * Runs a tool call to its outcome: arguments are checked, calls that came before and write are waited for
   * (docs/contracts.md 1.2), the deadline is kept even when the store never answers, and whatever was thrown becomes an
   * error with a stable code (2). With too many calls before it that have not ended, it is refused. Rejects only when
   * the caller cancelled, with its reason: no client waits for that answer.
   */
  run(tool: Tool, given: unknown, caller: Caller): Promise<Outcome>;
  /**
   * Runs a read that is no tool call (`what` names it in errors and in the log) in the same order and under the same
   * deadline. Throws a BoardError, or the caller's reason for cancelling.
   */
  read<T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>): Promise<T>;
  /** Resolves when nothing is running or waiting any more. */
  idle(): Promise<void>;
}

/** The share of a telemetry call's time that is reserved for sending the answer. */
const ANSWERING_SHARE = 0.1;

/**
 * A call that has less than this share of its time left when its turn comes is not begun: it would time out on the way,
 * and nobody would know whether it was applied.
 */
const BEGINNING_SHARE = 0.1;

/** Calls that may run at the same time; the others wait, so that only so many hold what they read. */
const MOST_RUNNING = 32;

/** Calls that may run or wait; one more is refused. Far more than an agent sends before it waits for an answer. */
const MOST_CALLS = 1_000;

/**
 * What no store said, but the call's own rules, is for the caller: an idempotency key under other arguments, a role that
 * may not do it, another's project.
 */
const FOR_THE_CALLER: readonly ErrorCode[] = ["conflict", "permission_denied"];

const ALWAYS: Room = { full: () => false, drained: () => Promise.resolve() };

/** What is run in its turn and within its time. */
interface Timed {
  /** Its name in errors. */
  what: string;
  /** Null: it waits for nobody. */
  order: CallOrder | null;
  access: Access;
  /** Milliseconds. */
  ms: number;
  cancelled: AbortSignal;
  /** The error when it was begun and did not end in time. */
  onTimeout(): BoardError;
}

/** Makes the runner of one connection, with an empty connection state. */
export function createCallRunner(options: CallRunnerOptions): CallRunner {
  const { runtime, heartbeat, project, answer = FOR_AGENTS, deadlineMs, telemetryDeadlineMs, log } = options;
  const { room = ALWAYS, principal = null, standsAlone = false } = options;
  const ofConnection = { connection: newConnectionState(), holder: runtime.newId() };
  const running = new Set<Promise<unknown>>();
  // Telemetry waits for no work and holds none up (docs/contracts.md 4): it has an order of its own.
  const [board, telemetry] = [createCallOrder(), createCallOrder()];
  const slots = createCallSlots(MOST_RUNNING, room);

  const callOf = async (
    given: Pick<Call, "client" | "signal" | "idempotency" | "deadline" | "progress">,
    called: Omit<LoneCall, "principal"> | null,
  ): Promise<Call> => {
    const store = storeOf(principal, await options.store());
    const { toolsHash } = options;
    const ours = {
      principal,
      agent: nameOfUnnamed(principal),
      ...ofConnection,
      heartbeatMs: heartbeat.intervalMs,
      answer,
    };
    const call = { ...runtime, store, id: runtime.newId(), ...ours, toolsHash, ...given };
    if (!standsAlone) return call;
    const holder = called && (await loneHolder(store, { principal: principal?.id ?? "", ...called }, runtime));
    return { ...call, connection: newConnectionState(), holder: holder ?? runtime.newId() };
  };

  async function inSlot<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const free = await slots.take(signal);
    // Work that never ends must not keep it.
    signal.addEventListener("abort", free, { once: true });
    try {
      return await work();
    } finally {
      free();
    }
  }

  async function inTime<T>(
    { what, order, access, ms, cancelled, onTimeout }: Timed,
    work: (time: Pick<Call, "signal" | "deadline">) => Promise<T>,
  ): Promise<T> {
    if (running.size >= MOST_CALLS) throw tooManyCalls(what, MOST_CALLS);
    const now = runtime.now().getTime();
    const deadline = new Date(now + ms);
    let begun = false;
    const limits = { ms, cancelled, onTimeout: () => (begun ? onTimeout() : notBegun(what)) };
    return await withinDeadline(limits, (signal) => {
      const begin = async () => {
        if (runtime.now().getTime() - now > ms * (1 - BEGINNING_SHARE)) throw notBegun(what);
        begun = true;
        return await work({ signal, deadline });
      };
      const start = () => inSlot(signal, begin);
      return order ? order.inTurn(access, signal, start) : start();
    });
  }

  async function run(tool: Tool, given: unknown, caller: Caller): Promise<Outcome> {
    let done = 0;
    const progress: Call["progress"] = (soFar, total) => {
      done = soFar;
      caller.progress?.(soFar, total);
    };
    try {
      const { idempotency_key: key, ...args } = checkArguments(tool, given);
      refuseRole(principal, tool, args);
      const timed: Timed = {
        what: tool.name,
        order: standsAlone || tool.standsAlone ? null : tool.degraded ? telemetry : board,
        access: tool.annotations.readOnlyHint ? "reads" : "writes",
        ms: tool.degraded ? telemetryDeadlineMs * (1 - ANSWERING_SHARE) : deadlineMs,
        cancelled: caller.cancelled,
        onTimeout: () => toolDeadlineExceeded(tool),
      };
      const idempotency = idempotencyOf(tool, key, args, { principal: principal?.id ?? null, project });
      const [returned, holder] = await inTime(timed, async (time) => {
        const call = await callOf({ ...time, client: caller.client, progress, idempotency }, { tool, args });
        return [await tool.handler(call, args), call.holder] as const;
      });
      const result = tool.output.parse(returned);
      const sign = tool.heartbeat?.(args, result);
      if (sign) heartbeat.seen(holder, sign);
      return { ok: true, result };
    } catch (error) {
      if (caller.cancelled.aborted) throw error;
      const refusal = toBoardError(error, tool.name, log);
      const isStoresFault = refusal !== error || !FOR_THE_CALLER.includes(refusal.code);
      const degraded = isStoresFault
        ? degradedResult(tool, refusal, given, { done, now: runtime.now(), log })
        : undefined;
      return degraded ? { ok: true, result: degraded } : { ok: false, error: refusal };
    }
  }

  async function read<T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    const onTimeout = () => new BoardError("deadline_exceeded", `${what} did not finish in time.`, "Try again.");
    const order = standsAlone ? null : board;
    const timed: Timed = { what, order, access: "reads", ms: deadlineMs, cancelled, onTimeout };
    try {
      return await inTime(timed, async (time) =>
        work(await callOf({ ...time, client: null, progress: () => {}, idempotency: null }, null)),
      );
    } catch (error) {
      throw cancelled.aborted ? error : toBoardError(error, what, log);
    }
  }

  function untilIdle<T>(call: Promise<T>): Promise<T> {
    running.add(call);
    return call.finally(() => running.delete(call));
  }

  return {
    run: (tool, given, caller) => untilIdle(run(tool, given, caller)),
    read: (what, cancelled, work) => untilIdle(read(what, cancelled, work)),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** On a server of one project every call is about it, though its arguments do not name it. */
function idempotencyOf(
  tool: Tool,
  key: unknown,
  args: z.output<Tool["input"]>,
  { principal, project }: { principal: string | null; project: string | undefined },
): Call["idempotency"] {
  if (typeof key !== "string") return null;
  const ours = { principal, tool: tool.name, key };
  if (project !== undefined) return { ...ours, project_id: project, args: { ...args, project_id: project } };
  const named: unknown = tool.project && args[tool.project.argument];
  return { ...ours, project_id: typeof named === "string" ? named : null, args };
}
