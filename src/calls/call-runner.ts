import type { z } from "zod";
import type { Call, Runtime } from "../board/core/call.js";
import { newConnectionState } from "../board/core/connection-state.js";
import { BoardError } from "../board/core/errors.js";
import type { HeartbeatTimer } from "../board/sessions/heartbeat-timer.js";
import type { Store } from "../firestore/store.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { checkArguments } from "./check-arguments.js";
import { withinDeadline } from "./deadline.js";
import { degradedResult } from "./degraded.js";
import { type Outcome, toBoardError, toolDeadlineExceeded } from "./outcome.js";

/** What the calls of one connection are run with. */
export interface CallRunnerOptions {
  /** Opens the store at the first call, or gives it again. Throws a BoardError when the settings do not allow it. */
  store(): Promise<Store>;
  runtime: Runtime;
  /** Renews what a write named: its session's last sign of life, its agent's leases. */
  heartbeat: HeartbeatTimer;
  /** The id of the only project that is served, if it is only one. */
  project?: string | undefined;
  /** The client's name as it introduced itself; null when it did not. */
  clientName(): string | null;
  /** SHA-256 over the tool definitions that the client is shown. */
  toolsHash(): string;
  /** Milliseconds within which every call answers. */
  deadlineMs: number;
  /** The same for tools that answer in a degraded way instead of failing. */
  telemetryDeadlineMs: number;
  log: Log;
}

/** The client's side of one call. */
export interface Caller {
  /** Aborts when the client gave up. */
  cancelled: AbortSignal;
  /** Hears how far a long call has come, when the client asked for it. */
  progress?: Call["progress"] | undefined;
}

/** Runs the calls of one connection, without knowing the transport. */
export interface CallRunner {
  /**
   * Runs a tool call to its outcome: arguments are checked, the deadline is kept even when the store never answers, and
   * whatever was thrown becomes an error with a stable code (docs/contracts.md 2). Rejects only when the caller cancelled,
   * with its reason: no client waits for that answer.
   */
  run(tool: Tool, given: unknown, caller: Caller): Promise<Outcome>;
  /**
   * Runs a read that is no tool call (`what` names it in errors and in the log) under the same deadline. Throws a
   * BoardError, or the caller's reason for cancelling.
   */
  read<T>(what: string, cancelled: AbortSignal, work: (call: Call) => Promise<T>): Promise<T>;
  /** Resolves when no tool call is running any more. */
  idle(): Promise<void>;
}

/** The share of a telemetry call's time that is reserved for sending the answer. */
const ANSWERING_SHARE = 0.1;

/** Makes the runner of one connection, with an empty connection state. */
export function createCallRunner(options: CallRunnerOptions): CallRunner {
  const { runtime, heartbeat, project, deadlineMs, telemetryDeadlineMs, log } = options;
  const connection = newConnectionState();
  const holder = runtime.newId();
  const running = new Set<Promise<unknown>>();

  const begin = async (given: Pick<Call, "signal" | "idempotency" | "deadline" | "progress">): Promise<Call> => {
    const store = await options.store();
    const { clientName, toolsHash } = options;
    return { ...runtime, store, id: runtime.newId(), client: clientName(), holder, connection, toolsHash, ...given };
  };
  const deadlineIn = (ms: number) => new Date(runtime.now().getTime() + ms);

  async function run(tool: Tool, given: unknown, caller: Caller): Promise<Outcome> {
    const ms = tool.degraded ? telemetryDeadlineMs * (1 - ANSWERING_SHARE) : deadlineMs;
    let done = 0;
    const progress: Call["progress"] = (soFar, total) => {
      done = soFar;
      caller.progress?.(soFar, total);
    };
    try {
      const { idempotency_key: key, ...args } = checkArguments(tool, given);
      const limits = { ms, cancelled: caller.cancelled, onTimeout: () => toolDeadlineExceeded(tool) };
      const context = { progress, deadline: deadlineIn(ms), idempotency: idempotencyOf(tool, key, args, project) };
      const answer = await withinDeadline(limits, async (signal) =>
        tool.handler(await begin({ ...context, signal }), args),
      );
      const result = tool.output.parse(answer);
      const sign = tool.heartbeat?.(args, result);
      if (sign) heartbeat.seen(sign);
      return { ok: true, result };
    } catch (error) {
      if (caller.cancelled.aborted) throw error;
      const refusal = toBoardError(error, tool.name, log);
      // A conflict that the operation itself found is for the caller: an idempotency key under other arguments.
      const isStoresFault = refusal !== error || refusal.code !== "conflict";
      const degraded = isStoresFault
        ? degradedResult(tool, refusal, given, { done, now: runtime.now(), log })
        : undefined;
      return degraded ? { ok: true, result: degraded } : { ok: false, error: refusal };
    }
  }

  return {
    run(tool, given, caller) {
      const call = run(tool, given, caller);
      running.add(call);
      return call.finally(() => running.delete(call));
    },
    async read(what, cancelled, work) {
      const onTimeout = () => new BoardError("deadline_exceeded", `${what} did not finish in time.`, "Try again.");
      const context = { idempotency: null, deadline: deadlineIn(deadlineMs), progress: () => {} };
      try {
        return await withinDeadline({ ms: deadlineMs, cancelled, onTimeout }, async (signal) =>
          work(await begin({ ...context, signal })),
        );
      } catch (error) {
        throw cancelled.aborted ? error : toBoardError(error, what, log);
      }
    },
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
  project: string | undefined,
): Call["idempotency"] {
  if (typeof key !== "string") return null;
  if (project !== undefined)
    return { tool: tool.name, project_id: project, key, args: { ...args, project_id: project } };
  const named: unknown = tool.project && args[tool.project.argument];
  return { tool: tool.name, project_id: typeof named === "string" ? named : null, key, args };
}
