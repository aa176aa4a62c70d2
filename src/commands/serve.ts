import { startHeartbeat } from "../board/sessions/heartbeat-timer.js";
import type { Config } from "../config.js";
import { stderrLog } from "../log.js";
import { createServer } from "../mcp/server.js";
import { serveStdio } from "../mcp/stdio.js";
import type { Tool } from "../tools/define.js";
import { selectTools } from "../tools/select.js";
import { packageVersion } from "./package.js";
import { tellSelectionErrors } from "./selection-failure.js";
import { lazyStore, logChosenStore } from "./store.js";
import { realWorld } from "./world.js";

/** Milliseconds that closing the store may take; a store that never answers must not keep the process alive. */
const CLOSE_MS = 2_000;

/**
 * Serves the board over stdio until stdin ends or a signal comes. Says on stderr, in one line, which store it uses. Ends
 * at once with exit code 2 when the settings choose tools that do not exist, else with 1 when the connection was lost.
 */
export function serve(config: Config): Promise<number> {
  return tellSelectionErrors(async () => await serveTools(config, selectTools(config.selection)));
}

async function serveTools(config: Config, tools: readonly Tool[]): Promise<number> {
  const { project } = config.selection;
  const store = lazyStore(config.store, project);
  const heartbeat = startHeartbeat({
    store: store.open,
    now: realWorld.now,
    intervalMs: config.heartbeatMs,
    onError: (error) => stderrLog("warn", "heartbeat_failed", { message: String(error) }),
  });
  const fireboard = createServer({
    version: packageVersion(),
    tools,
    project,
    store: store.open,
    world: realWorld,
    heartbeat,
    deadlineMs: config.deadlineMs,
    telemetryDeadlineMs: config.telemetryDeadlineMs,
    log: stderrLog,
  });
  logChosenStore(config.store);
  const reason = await serveStdio(fireboard, config.deadlineMs);
  heartbeat.stop();
  const closed = await Promise.race([store.close().then(() => true), timeout(CLOSE_MS)]);
  stderrLog("info", "stopped", { reason, store_closed: closed });
  return reason === "connection_lost" ? 1 : 0;
}

function timeout(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
