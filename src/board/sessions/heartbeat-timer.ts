import { storeFailure } from "../../firestore/failure.js";
import type { Store } from "../../firestore/store.js";
import { beat } from "./heartbeat.js";

/** Whom a call shows to be alive: the session and the agent that it names. */
export interface SignOfLife {
  session_id?: string | undefined;
  agent_name?: string | undefined;
  /** The call opened the session or took a lease: both are kept alive by the timer from now on. */
  opened: boolean;
}

/** Keeps the sessions and leases of this process alive. */
export interface HeartbeatTimer {
  /** A heartbeat now, at most one per interval for each name, and regular ones for what was opened here. */
  seen(sign: SignOfLife): void;
  /** Ends the timer. */
  stop(): void;
}

/** What the timer needs: the open store, the clock, milliseconds between heartbeats, and what hears of failures. */
export interface HeartbeatOptions {
  store(): Promise<Store>;
  now(): Date;
  intervalMs: number;
  onError(error: unknown): void;
}

/** Names whose last beat is remembered. */
const MOST_REMEMBERED = 1_000;

/**
 * The heartbeat of a process (docs/contracts.md 1.2): it rides on writes that name a session or an agent, and on a timer for
 * those that were opened over this process's connection. Beats never delay or fail a call.
 */
export function startHeartbeat(options: HeartbeatOptions): HeartbeatTimer {
  const sessions = new Set<string>();
  const agents = new Set<string>();
  const lastBeat = new Map<string, number>();

  async function beatFor(alive: { sessions: string[]; agents: string[] }): Promise<void> {
    if (alive.sessions.length === 0 && alive.agents.length === 0) return;
    try {
      const { ended, idle, failed } = await beat(await options.store(), alive, options.now());
      for (const id of ended) sessions.delete(id);
      for (const agent of idle) agents.delete(agent);
      for (const error of failed) if (storeFailure(error) !== "stale_precondition") options.onError(error);
    } catch (error) {
      options.onError(error);
    }
  }

  /** Whether it is time for a beat of this name again; then it counts as done. What was just opened needs none yet. */
  function due(name: string, opened: boolean): boolean {
    const now = options.now().getTime();
    if (!opened && now - (lastBeat.get(name) ?? 0) < options.intervalMs) return false;
    // Forgetting costs one beat too many; remembering every name for ever would cost memory.
    if (lastBeat.size >= MOST_REMEMBERED) lastBeat.clear();
    lastBeat.set(name, now);
    return !opened;
  }

  const timer = setInterval(() => beatFor({ sessions: [...sessions], agents: [...agents] }), options.intervalMs);
  timer.unref();
  return {
    seen({ session_id, agent_name, opened }) {
      if (opened && session_id) sessions.add(session_id);
      if (opened && agent_name) agents.add(agent_name);
      const dueSessions = session_id && due(`session ${session_id}`, opened) ? [session_id] : [];
      const dueAgents = agent_name && due(`agent ${agent_name}`, opened) ? [agent_name] : [];
      void beatFor({ sessions: dueSessions, agents: dueAgents });
    },
    stop: () => clearInterval(timer),
  };
}
