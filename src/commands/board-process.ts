import { BoardError } from "../board/core/errors.js";
import { scopeStore } from "../board/scope/scope-store.js";
import { type HeartbeatTimer, startHeartbeat } from "../board/sessions/heartbeat-timer.js";
import type { Config } from "../config.js";
import { embeddedFailure } from "../firestore/failure.js";
import type { Store } from "../firestore/store.js";
import { stderrLog } from "../log.js";
import { engineNotices } from "./engine-notices.js";
import { systemRuntime } from "./system-runtime.js";

/** Milliseconds that closing the store may take; a store that never answers must not keep the process alive. */
const CLOSE_MS = 2_000;

/** Milliseconds that giving up leases may take; those that are left are free for the same name a little later. */
const GIVE_UP_MS = 1_000;

/** The share of a call's time that it waits for programs that lock the embedded store; the rest is for its answer. */
const LOCK_WAIT_SHARE = 0.7;
/** However long calls may take, milliseconds after which a lock counts as one that stays. */
const LONGEST_LOCK_WAIT_MS = 8_000;

/** What every process that serves a board has: the store, opened at the first use, and a heartbeat. */
export interface BoardProcess {
  /** Throws `unavailable` when the settings do not allow it, or the store's own error; the next use tries again. */
  store(): Promise<Store>;
  /** The same, but not limited to `selection.project`: for what belongs to no project. */
  wholeStore(): Promise<Store>;
  heartbeat: HeartbeatTimer;
  /**
   * Ends the heartbeat, gives up leases, and closes the store if it was opened; false when that did not end in time.
   */
  close(): Promise<boolean>;
}

/**
 * Starts what a configuration describes and says on stderr, in one line, which store that is, or why none. The store is
 * not opened yet: the client library is large, and a server must answer its handshake first. With `selection.project`,
 * that project is all there is in it.
 */
export function startBoard({ store: config, selection, heartbeatMs, deadlineMs }: Config): BoardProcess {
  const lockWaitMs = Math.min(deadlineMs * LOCK_WAIT_SHARE, LONGEST_LOCK_WAIT_MS);
  const whole = lazyStore(config, lockWaitMs);
  const { project } = selection;
  const store = async () => {
    const opened = await whole.open();
    return project === undefined ? opened : scopeStore(opened, [project]);
  };
  const heartbeat = startHeartbeat({
    store,
    now: systemRuntime.now,
    intervalMs: heartbeatMs,
    onError: (error) => stderrLog("warn", "heartbeat_failed", { message: String(error) }),
  });
  stderrLog("problem" in config ? "error" : "info", "store_chosen", describeStore(config));
  return {
    store,
    wholeStore: whole.open,
    heartbeat,
    async close() {
      await Promise.race([heartbeat.stop(), timeout(GIVE_UP_MS)]);
      return await Promise.race([whole.close().then(() => true), timeout(CLOSE_MS)]);
    },
  };
}

function lazyStore(config: Config["store"], lockWaitMs: number) {
  let opening: Promise<Store> | undefined;
  /** Why the file could not be opened, as was told; each call tries again. */
  let told: string | undefined;
  const tell = (error: unknown) => {
    const code = error instanceof Error ? embeddedFailure(error) : undefined;
    if (code === undefined || code === told) return;
    told = code;
    engineNotices.storeFault(code, String((error as Error).message));
  };
  return {
    async open() {
      if ("problem" in config) throw new BoardError("unavailable", config.problem, config.repair);
      opening ??= import("../firestore/open-store.js").then(({ openStore }) =>
        openStore(config, engineNotices, lockWaitMs),
      );
      const attempt = opening;
      try {
        const store = await attempt;
        if (told !== undefined) engineNotices.storeRecovered([told]);
        told = undefined;
        return store;
      } catch (error) {
        if (opening === attempt) opening = undefined;
        tell(error);
        throw error;
      }
    },
    async close() {
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}

function describeStore(store: Config["store"]): Record<string, unknown> {
  if ("problem" in store) return { ...store };
  const { mode, projectId, databaseId } = store;
  const where =
    store.mode === "embedded" ? { folder: store.dataDir } : store.mode === "emulator" ? { host: store.host } : {};
  return { store: mode, project: projectId ?? null, database: databaseId, ...where };
}

function timeout(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
