import { openMachineToken, TokenFileError } from "../access/machine-token.js";
import type { Config } from "../config.js";
import { type HttpServing, startHttp } from "../http/serve.js";
import { isLoopback } from "../http/where-from.js";
import { stderrLog } from "../log.js";
import { SelectionError, selectTools } from "../tools/select.js";
import { startBoard } from "./board-process.js";
import { exitCodeOf } from "./exit-code.js";
import { packageVersion } from "./package.js";
import { systemRuntime } from "./system-runtime.js";

/** Why the server does not listen; the message says what to do. */
class NotServedError extends Error {}

/**
 * Serves the board over HTTP until a signal comes: then no call begins any more, those that run end, and all is closed
 * within ten seconds. Gives the exit code: 0, or 2 when it cannot listen or must not, or when the settings choose tools
 * that do not exist.
 */
export function serveHttp(config: Config): Promise<number> {
  return exitCodeOf({ kind: NotServedError, exitCode: 2 }, () =>
    exitCodeOf({ kind: SelectionError, exitCode: 2 }, async () => {
      await untilSignal(config);
      return 0;
    }),
  );
}

async function untilSignal(config: Config): Promise<void> {
  const { http, deadlineMs, telemetryDeadlineMs, selection } = config;
  if (http === null || "problem" in http)
    throw new NotServedError(http ? `${http.problem} ${http.repair}` : "FIREBOARD_HTTP is not set.");
  if (!isLoopback(http.host))
    throw new NotServedError(
      "on an address that others reach, callers must show who they are, which this version cannot ask of them. Serve on 127.0.0.1, for a proxy on this machine that does.",
    );
  const tools = selectTools(selection);
  const token = await openToken(http.folder);
  const stopped = new Promise<"SIGINT" | "SIGTERM">((resolve) => {
    process.once("SIGINT", () => resolve("SIGINT"));
    process.once("SIGTERM", () => resolve("SIGTERM"));
  });
  const board = startBoard(config);
  let serving: HttpServing;
  try {
    serving = await startHttp({
      config: http,
      authenticate: token.authenticate,
      version: packageVersion(),
      tools,
      project: selection.project,
      store: board.store,
      runtime: systemRuntime,
      heartbeat: board.heartbeat,
      deadlineMs,
      telemetryDeadlineMs,
      log: stderrLog,
    });
  } catch (error) {
    await board.close();
    throw new NotServedError(`cannot listen: ${error instanceof Error ? error.message : String(error)}`);
  }
  stderrLog("info", "listening", { url: serving.url, token_file: token.file });
  const reason = await stopped;
  await serving.stop();
  stderrLog("info", "stopped", { reason, store_closed: await board.close() });
}

async function openToken(folder: string) {
  try {
    return await openMachineToken(folder);
  } catch (error) {
    if (error instanceof TokenFileError) throw new NotServedError(error.message);
    throw new NotServedError(`the file of the token cannot be made: ${error instanceof Error ? error.message : ""}`);
  }
}
