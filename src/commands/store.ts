import { BoardError } from "../board/core/errors.js";
import { scopeStore } from "../board/scope.js";
import type { Config } from "../config.js";
import type { Store } from "../firestore/store.js";
import { stderrLog } from "../log.js";
import { engineNotices } from "./engine-notices.js";

/** The store of a process: opened at the first use, once. */
export interface LazyStore {
  /** Throws `unavailable` when the settings do not allow it, or the store's own error; the next use tries again. */
  open(): Promise<Store>;
  /** Closes the store if it was opened. */
  close(): Promise<void>;
}

/**
 * The configured store, not opened yet: the client library is large, and a server must answer its handshake first. With
 * a project, that one is all there is in it.
 */
export function lazyStore(config: Config["store"], project?: string): LazyStore {
  let opening: Promise<Store> | undefined;
  return {
    async open() {
      if ("problem" in config) throw new BoardError("unavailable", config.problem, config.repair);
      opening ??= import("../firestore/open-store.js")
        .then(({ openStore }) => openStore(config, engineNotices))
        .then((store) => (project === undefined ? store : scopeStore(store, project)));
      const attempt = opening;
      return await attempt.catch((error: unknown) => {
        if (opening === attempt) opening = undefined;
        throw error;
      });
    },
    async close() {
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}

/** Says on stderr, in one line, which store the settings chose, or why none. */
export function logChosenStore(store: Config["store"]): void {
  stderrLog("problem" in store ? "error" : "info", "store_chosen", describeStore(store));
}

function describeStore(store: Config["store"]): Record<string, unknown> {
  if ("problem" in store) return { ...store };
  const { mode, projectId, databaseId } = store;
  const where =
    store.mode === "embedded" ? { folder: store.dataDir } : store.mode === "emulator" ? { host: store.host } : {};
  return { store: mode, project: projectId ?? null, database: databaseId, ...where };
}
