import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type EmulatorCommand, findEmulator } from "./emulator-locate.js";

/** A running official emulator. */
export interface RunningEmulator {
  /** `host:port`, as FIRESTORE_EMULATOR_HOST wants it. */
  host: string;
  /** Ends it, unless it ran before the tests. */
  stop(): Promise<void>;
}

/** How long the emulator may take to start; it takes 1-2 s on an idle machine. */
const START_TIMEOUT_MS = 60_000;
const KILL_WITH_PARENT = fileURLToPath(new URL("./kill-with-parent.mjs", import.meta.url));

/**
 * Uses or starts the official Firestore emulator: the one at FIRESTORE_EMULATOR_HOST when it answers, else what
 * {@link findEmulator} finds, on a free port of 127.0.0.1. Never throws for a missing emulator: `unavailable` says why.
 * The emulator is killed with this process, however this process ends.
 */
export async function startOfficialEmulator(): Promise<RunningEmulator | { unavailable: string }> {
  const reasons: string[] = [];
  const configured = process.env.FIRESTORE_EMULATOR_HOST;
  if (configured) {
    if (await answers(configured)) return { host: configured, stop: async () => {} };
    reasons.push(`nothing answers at FIRESTORE_EMULATOR_HOST=${configured}`);
  }
  const search = findEmulator();
  for (const candidate of search.commands) {
    const started = await start(candidate);
    if ("host" in started) return started;
    reasons.push(started.unavailable);
  }
  return { unavailable: [...reasons, ...search.reasons].join("; ") };
}

async function start({ name, command }: EmulatorCommand): Promise<RunningEmulator | { unavailable: string }> {
  const host = `127.0.0.1:${await freePort()}`;
  const [bind = "", port = ""] = host.split(":");
  const child = spawn(process.execPath, [KILL_WITH_PARENT, ...command, "--host", bind, "--port", port], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = tail(child);
  const exited = once(child, "exit");
  const stop = async () => {
    child.stdin.end();
    await exited;
  };

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    if (await answers(host)) return { host, stop };
    if (Date.now() > deadline) {
      await stop();
      return { unavailable: `${name} did not answer within ${START_TIMEOUT_MS / 1000} s` };
    }
    await delay(50);
  }
  return { unavailable: `${name} ended at once: ${output() || `exit code ${child.exitCode}`}` };
}

/** Reads the output of a child, which would block on a full pipe otherwise; gives its last line. */
function tail(child: ChildProcess): () => string {
  let text = "";
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => text.trim().split("\n").at(-1) ?? "";
}

/** Whether an official emulator runs there: unlike other Firestore servers it answers a plain HTTP GET with "Ok". */
async function answers(host: string): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(2_000) });
    return (await response.text()).trim() === "Ok";
  } catch {
    // Refused, reset or without an answer: no emulator runs there (yet).
    return false;
  }
}

/** A port that is free now: the emulator accepts port 0, but does not say which one it got. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP address for a listening server");
  return address.port;
}
