import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "0.0.0" } },
};

/** Milliseconds that Node itself needs to start and end: what no server written for it can be faster than. */
export async function startNode(): Promise<number> {
  const began = performance.now();
  const node = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
  await once(node, "exit");
  return performance.now() - began;
}

/** Milliseconds from the start of a server process to its answer to `initialize`. Ends the server before returning. */
export async function startServer(env: Record<string, string>): Promise<number> {
  const began = performance.now();
  const server = spawn(process.execPath, [CLI], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const exited = once(server, "exit");
  server.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
  const [line] = await once(createInterface(server.stdout), "line");
  const took = performance.now() - began;
  server.stdin.end();
  await exited;
  if (JSON.parse(line).result === undefined) throw new Error(`the server did not initialize: ${line}`);
  return took;
}
