import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CLI } from "./repository.js";

/** Runs the built command to its end, with `input` as its stdin. */
export function runCli(args: string[], env: Record<string, string> = {}, input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A running `fireboard emulator`. */
export interface EmulatorProcess {
  /** Its address, as host:port. */
  host: string;
  output(): { stdout: string; stderr: string };
  /** Sends the signal and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `fireboard emulator` on a free port. Throws with its output when it ends instead of listening. */
export async function startEmulatorCommand(args: string[] = []): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, [CLI, "emulator", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited: Promise<[number | null]> = once(child, "exit") as Promise<[number | null]>;
  const texts = { stdout: collect(child.stdout), stderr: collect(child.stderr) };
  const output = () => ({ stdout: texts.stdout(), stderr: texts.stderr() });
  const line = await firstLine(child);
  const host = line.match(/^listening on (127\.0\.0\.1:\d+)$/)?.[1];
  if (host === undefined) throw new Error(`no emulator: ${JSON.stringify(output())}`);
  return {
    host,
    output,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

function collect(stream: Readable): () => string {
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

async function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  for await (const line of createInterface(child.stdout)) return line;
  return "";
}
