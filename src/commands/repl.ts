import { on } from "node:events";
import { createCallRunner } from "../calls/call-runner.js";
import type { Config } from "../config.js";
import { stderrLog } from "../log.js";
import { startBoard } from "./board-process.js";
import { documents } from "./repl/documents.js";
import { readRequest, writeResponse } from "./repl/envelope.js";
import { answer } from "./repl/methods.js";
import { systemRuntime } from "./system-runtime.js";

/**
 * Answers the requests of stdin on stdout, one after the other, until stdin ends or a signal comes (docs/contracts.md
 * 5). The process is one connection: it has one current session and turn. Gives the exit code.
 */
export async function repl(config: Config): Promise<number> {
  const board = startBoard(config);
  const calls = createCallRunner({
    store: board.store,
    runtime: systemRuntime,
    heartbeat: board.heartbeat,
    // No tools are listed here.
    toolsHash: () => "",
    deadlineMs: config.deadlineMs,
    telemetryDeadlineMs: config.telemetryDeadlineMs,
    log: stderrLog,
  });

  const stop = stopped();
  const never = new AbortController().signal;
  for await (const incoming of documents(standardInput())) {
    const request = readRequest(incoming);
    if (request === null) continue;
    const response = "type" in request ? request : await answer(request, calls, never);
    await send(writeResponse(response, incoming.format));
    if (stop.aborted) break;
  }
  await board.close();
  return 0;
}

/** Aborts at a signal, or when the reader of the answers has gone; it also ends the input, so that the loop ends. */
function stopped(): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    process.stdin.destroy();
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  process.stdout.once("error", end);
  return stop.signal;
}

/** What stdin brings, until it ends; without a byte order mark, which PowerShell puts before what it pipes. */
async function* standardInput(): AsyncGenerator<string> {
  process.stdin.setEncoding("utf8");
  let first = true;
  const ends = { close: ["end", "close"], highWaterMark: 16, lowWaterMark: 4 };
  for await (const [chunk] of on(process.stdin, "data", ends) as AsyncIterable<[string]>) {
    yield first && chunk.startsWith("\ufeff") ? chunk.slice(1) : chunk;
    first = false;
  }
}

/** Writes to stdout and waits until it was taken, so that a slow reader slows the requests down. */
function send(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
