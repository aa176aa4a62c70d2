import { storeFailure } from "../../firestore/failure.js";
import type { Store } from "../../firestore/store.js";
import { isOfCallsAlone } from "../core/holder.js";
import { giveUpLeases } from "../tasks/give-up.js";
import { type AtWork, beat, giveUpParts } from "./heartbeat.js";

/** What a call shows to be alive, besides the connection that it came over. */
export interface SignOfLife {
  /** The session that the call names. */
  session_id?: string | undefined;
  /** The call opened the session, or works in it from now on: the timer keeps it alive. */
  opened: boolean;
  /** The call took a lease: the timer keeps the connection's leases alive. */
  claimed?: boolean | undefined;
}

/** Keeps the sessions and leases of this process alive. */
export interface HeartbeatTimer {
  /** Milliseconds between heartbeats. */
  intervalMs: number;
  /**
   * A heartbeat now, at most one per interval for each session and each connection (`holder`), and regular ones for
   * what was opened and claimed here; for a call that stands alone only the one now.
   */
  seen(holder: string, sign: SignOfLife): void;
  /**
   * Ends the timer, and gives up the leases and parts in sessions of this process's connections, as long as the store
   * takes. Never rejects.
   */
  stop(): Promise<void>;
}

/** What the timer needs: the open store, the clock, milliseconds between heartbeats, and what hears of failures. */
export interface HeartbeatOptions {
  store(): Promise<Store>;
  now(): Date;
  intervalMs: number;
  onError(error: unknown): void;
}

/** Sessions and connections whose last beat is remembered. */
const MOST_REMEMBERED = 1_000;

/**
 * The heartbeat of a process (docs/contracts.md 1.2): it rides on writes that name a session or an agent, and on a
 * timer for what was opened and claimed over this process's connections. Beats never delay or fail a call.
 */
export function startHeartbeat(options: HeartbeatOptions): HeartbeatTimer {
  /** The connections that work in sessions, by both. */
  const sessions = new Map<string, AtWork>();
  /** The connections that may hold leases, with how many claims each has made. */
  const claims = new Map<string, number>();
  const lastBeat = new Map<string, number>();

  async function beatFor(alive: { sessions: AtWork[]; holders: string[] }): Promise<void> {
    if (alive.sessions.length === 0 && alive.holders.length === 0) return;
    const claimsBefore = new Map(claims);
    try {
      const { ended, idle, failed } = await beat(await options.store(), alive, {
        now: options.now(),
        heartbeatMs: options.intervalMs,
      });
      for (const one of ended) sessions.delete(keyOf(one));
      // What was claimed while the beat was under way, it has not seen.
      for (const holder of idle) if (claims.get(holder) === claimsBefore.get(holder)) claims.delete(holder);
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

  async function giveUp(holder: string): Promise<void> {
    try {
      const failed = await giveUpLeases(await options.store(), holder);
      for (const error of failed) options.onError(error);
    } catch (error) {
      options.onError(error);
    }
  }

  async function givePartsUp(): Promise<void> {
    if (sessions.size === 0) return;
    try {
      for (const error of await giveUpParts(await options.store(), [...sessions.values()], options.now()))
        options.onError(error);
    } catch (error) {
      options.onError(error);
    }
  }

  const beatForAll = () => beatFor({ sessions: [...sessions.values()], holders: [...claims.keys()] });
  const timer = setInterval(beatForAll, options.intervalMs);
  timer.unref();
  return {
    intervalMs: options.intervalMs,
    seen(holder, { session_id, opened, claimed = false }) {
      const one = session_id ? { session_id, holder } : null;
      // Each call that stands alone is its own sign of life, for its leases too; nothing is kept alive between calls.
      const alone = isOfCallsAlone(holder);
      if (!alone && opened && one) sessions.set(keyOf(one), one);
      if (!alone && claimed) claims.set(holder, (claims.get(holder) ?? 0) + 1);
      const mayHold = alone ? one !== null : claims.has(holder);
      const dueSessions = one && due(`session ${keyOf(one)}`, opened) ? [one] : [];
      const dueHolders = !claimed && mayHold && due(`holder ${holder}`, false) ? [holder] : [];
      void beatFor({ sessions: dueSessions, holders: dueHolders });
    },
    async stop() {
      clearInterval(timer);
      await Promise.all([...[...claims.keys()].map(giveUp), givePartsUp()]);
    },
  };
}

function keyOf({ session_id, holder }: AtWork): string {
  return `${holder} ${session_id}`;
}
