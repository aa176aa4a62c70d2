import type { Authenticate } from "../access/authenticate.js";
import { authenticateByToken, type TokenOptions } from "../access/authenticate-token.js";
import { type MachineToken, openMachineToken, TokenFileError } from "../access/machine-token.js";
import { stateOf } from "../access/token.js";
import { listTokens } from "../access/token-store.js";
import { asBoardError } from "../board/core/errors.js";
import type { Config } from "../config.js";
import { type HttpServing, startHttp } from "../http/serve.js";
import { isLoopback } from "../http/where-from.js";
import { stderrLog } from "../log.js";
import { SelectionError, selectTools } from "../tools/select.js";
import { type BoardProcess, startBoard } from "./board-process.js";
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
  const tools = selectTools(selection);
  // On an address that others reach, the owner shows a token of the store as well.
  const machine = isLoopback(http.host) ? await openToken(http.folder) : null;
  const stopped = new Promise<"SIGINT" | "SIGTERM">((resolve) => {
    process.once("SIGINT", () => resolve("SIGINT"));
    process.once("SIGTERM", () => resolve("SIGTERM"));
  });
  const board = startBoard(config);
  let serving: HttpServing;
  try {
    if (machine === null) await refuseWithoutTokens(board);
    serving = await startHttp({
      config: http,
      authenticate: byEither(machine, {
        store: board.wholeStore,
        runtime: systemRuntime,
        readOnly: selection.readOnly === true,
        log: stderrLog,
      }),
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
    if (error instanceof NotServedError) throw error;
    throw new NotServedError(`cannot listen: ${error instanceof Error ? error.message : String(error)}`);
  }
  stderrLog("info", "listening", { url: serving.url, token_file: machine?.file ?? null });
  const reason = await stopped;
  await serving.stop();
  stderrLog("info", "stopped", { reason, store_closed: await board.close() });
}

/** Knows who shows the machine's token, where there is one, or one of the store. */
function byEither(machine: MachineToken | null, options: TokenOptions): Authenticate {
  const byToken = authenticateByToken(options);
  return (headers) => (machine?.mayBe(headers) ? machine.authenticate(headers) : byToken(headers));
}

/** Nobody could call, and who starts a server for others has forgotten it. */
async function refuseWithoutTokens({ wholeStore }: BoardProcess): Promise<void> {
  let tokens: Awaited<ReturnType<typeof listTokens>>;
  try {
    tokens = await listTokens(await wholeStore());
  } catch (error) {
    const known = asBoardError(error);
    throw new NotServedError(`the store's access tokens cannot be read: ${known?.message ?? String(error)}`);
  }
  if (!tokens.some((token) => stateOf(token, systemRuntime.now()) === "valid"))
    throw new NotServedError(
      "on an address that others reach, callers must show who they are: make a token with fireboard token create. Or serve on 127.0.0.1.",
    );
}

async function openToken(folder: string) {
  try {
    return await openMachineToken(folder);
  } catch (error) {
    if (error instanceof TokenFileError) throw new NotServedError(error.message);
    throw new NotServedError(`the file of the token cannot be made: ${error instanceof Error ? error.message : ""}`);
  }
}
