import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { type Config, loadConfig } from "../config.js";
import { hostSetups, httpCommand } from "./quickstart/hosts.js";
import { SERVER_FILE, startAgentServer } from "./quickstart/server.js";
import { playStory, type Stage } from "./quickstart/story.js";

/**
 * Shows the board at work: plays two agents against the real server on a board that is thrown away, then prints how to
 * connect one's own agents and where their data will live. Writes to stdout for a person. Gives the exit code: 0 when
 * everything worked, 1 when a step failed (and which).
 */
export async function quickstart(): Promise<number> {
  const dataDir = newFolder();
  if (dataDir === null) return 1;
  const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  // Ctrl-C ends the process at once. Its server sees the end of its stdin, but may still be writing for a moment.
  process.once("exit", removeData);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

  let current = "";
  let number = 0;
  const stage: Stage = {
    step(what) {
      current = what;
      number += 1;
      print(`[${number}] ${what}`);
    },
    start: (agent) => startAgentServer(dataDir, agent),
  };
  try {
    const handoff = await playStory(stage);
    print(`\n${indent(handoff)}\n`);
  } catch (error) {
    print(`\nThe quickstart failed at this step: ${current}\n${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    removeData();
  }
  printSetup();
  return 0;
}

/** A folder for the board; null when none can be made, which it has said then. */
function newFolder(): string | null {
  try {
    return mkdtempSync(resolve(tmpdir(), "fireboard-quickstart-"));
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    print(`The quickstart needs a folder for a while, which cannot be made: ${why}. Set TMPDIR to another place.`);
    return null;
  }
}

function printSetup(): void {
  print("It works. This board is gone again; to connect your own agents, paste one of these:");
  for (const { host, where, paste } of hostSetups(SERVER_FILE)) print(`\n${host} (${where}):\n\n${indent(paste)}`);
  print(`\nWhere your board will live: ${describeStore(loadConfig({}).store)}`);
  print("README.md tells how to choose another place, such as Cloud Firestore.");
  print(`For agents on several machines, serve it over HTTP (docs/team.md):\n\n${indent(httpCommand(SERVER_FILE))}`);
}

/** In words, the store that a server started with the present environment would use. */
function describeStore(store: Config["store"]): string {
  if ("problem" in store) return `nowhere yet. ${store.problem} ${store.repair}`;
  if (store.mode === "embedded") return `on this machine, in ${store.dataDir}`;
  if (store.mode === "emulator")
    return `in the emulator at ${store.host} (FIRESTORE_EMULATOR_HOST is set), until it stops`;
  return `in Cloud Firestore, project ${store.projectId ?? "of your credentials"}, database ${store.databaseId}`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "    ");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
