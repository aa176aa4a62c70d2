import type { Config } from "../config.js";
import { stderrLog } from "../log.js";
import { createServer } from "../mcp/server.js";
import { roomOnStdout, serveStdio } from "../mcp/stdio.js";
import { SelectionError, selectTools } from "../tools/select.js";
import { startBoard } from "./board-process.js";
import { exitCodeOf } from "./exit-code.js";
import { packageVersion } from "./package.js";
import { systemRuntime } from "./system-runtime.js";

/**
 * Serves the board over stdio until stdin ends or a signal comes. Gives the exit code: 2 at once when the settings
 * choose tools that do not exist, 1 when the connection was lost, else 0.
 */
export function serve(config: Config): Promise<number> {
  // A mistake in the store's settings is answered by every call; a missing tool would go unnoticed, so it stops the start.
  return exitCodeOf({ kind: SelectionError, exitCode: 2 }, async () => {
    const tools = selectTools(config.selection);
    const board = startBoard(config);
    const { deadlineMs, telemetryDeadlineMs } = config;
    const fireboard = createServer({
      version: packageVersion(),
      tools,
      project: config.selection.project,
      store: board.store,
      runtime: systemRuntime,
      heartbeat: board.heartbeat,
      deadlineMs,
      telemetryDeadlineMs,
      room: roomOnStdout,
      log: stderrLog,
    });
    const serving = serveStdio(fireboard, Math.max(deadlineMs, telemetryDeadlineMs), stderrLog);
    // After signals are listened to: who reads that Ctrl-C ends it may press it at once.
    greetPerson();
    const reason = await serving;
    const closed = await board.close();
    stderrLog("info", "stopped", { reason, store_closed: closed });
    return reason === "connection_lost" ? 1 : 0;
  });
}

/** A host's server has pipes. On a terminal a person started it, who would wait for something to happen. */
function greetPerson(): void {
  if (process.stdin.isTTY && process.stderr.isTTY)
    process.stderr.write(
      "fireboard: waiting for an MCP client on stdin; agent hosts start it themselves. Ctrl-C ends it.\n",
    );
}
