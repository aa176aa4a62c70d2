import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { parseAllDocuments, stringify } from "yaml";
import type { Answer } from "./client.js";
import { CLI } from "./repository.js";

/** A running `fireboard repl`. */
export interface Repl {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** All of stdout and stderr, and the exit code or signal, once it has ended. */
  ended: Promise<{ stdout: string; stderr: string; code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the built REPL. */
export function startRepl(env: Record<string, string>): Repl {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [CLI, "repl"], {
    env: { PATH, HOME, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const texts = Promise.all([child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join("")));
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const ended = Promise.all([texts, exit]).then(([[stdout = "", stderr = ""], [code, signal]]) => {
    return { stdout, stderr, code, signal };
  });
  return { child, ended };
}

/** Pipes an input through a REPL and gives its answers. Throws when the REPL fails. */
export async function pipe(env: Record<string, string>, input: string | Buffer): Promise<Answer[]> {
  const { child, ended } = startRepl(env);
  child.stdin.end(input);
  const { stdout, stderr, code } = await ended;
  if (code !== 0) throw new Error(`the REPL ended with ${code}: ${stderr}`);
  return answers(stdout);
}

/** The envelopes in an output: YAML documents, each ended by `---`, and lines of JSON. */
export function answers(stdout: string): Answer[] {
  return stdout.split(/^---\n/m).flatMap((part) => {
    if (part.trim() === "") return [];
    if (part.startsWith("{")) {
      const [line = "", ...rest] = part.split("\n");
      return [JSON.parse(line), ...answers(rest.join("\n"))];
    }
    return parseAllDocuments(part).map((document) => document.toJS());
  });
}

/** A request envelope as plain data. */
export const request = (method: string, params: object = {}, requestId = `req-${method}`) => ({
  type: "request",
  payload: { requestId, method: `workflow.sessionlog.${method}`, params },
});

/** Envelopes as one stream of YAML documents. */
export const yaml = (...envelopes: object[]) => envelopes.map((envelope) => stringify(envelope)).join("---\n");
