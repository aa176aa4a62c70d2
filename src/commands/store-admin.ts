import type { Config } from "../config.js";
import { backup, check, StoreError } from "../embedded/index.js";
import { embeddedFile } from "../firestore/store-config.js";
import { exitCodeOf } from "./exit-code.js";

/** Prints where the embedded board's file is, or will be. Gives the exit code. */
export function storePath(store: Config["store"]): Promise<number> {
  return withFile(store, (file) => file);
}

/** Checks the embedded board's file, also while servers use it. Exit code 1 when something is wrong with it. */
export function storeCheck(store: Config["store"]): Promise<number> {
  return withFile(store, (file) => {
    const { problems, documents, indexEntries, bytes } = check(file);
    const size = `${documents} documents, ${indexEntries} index entries, ${bytes} bytes`;
    if (problems.length === 0) return `sound: ${size}`;
    process.stderr.write(`fireboard: ${file} is damaged (${size}):\n${problems.map((text) => `- ${text}\n`).join("")}`);
    return null;
  });
}

/** Copies the embedded board into a new file at an absolute path, also while servers use it. */
export function storeBackup(store: Config["store"], to: string): Promise<number> {
  return withFile(store, (file) => {
    const { documents, bytes } = backup(file, to);
    return `${to}: ${documents} documents, ${bytes} bytes`;
  });
}

/** Runs a command on the embedded file and prints its result; null means that it failed and has said why. */
function withFile(store: Config["store"], run: (file: string) => string | null): Promise<number> {
  return exitCodeOf({ kind: StoreError, exitCode: 1 }, () => {
    if ("problem" in store) return refuse(`${store.problem} ${store.repair}`);
    if (store.mode !== "embedded")
      return refuse(`The settings choose the ${store.mode} store; this command is for the embedded one.`);
    const answer = onStore(() => run(embeddedFile(store)));
    if (answer === null) return 1;
    process.stdout.write(`${answer}\n`);
    return 0;
  });
}

/** Throws for a store that is not there what a person needs to know: the engine knows of no agents. */
function onStore<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "no_store") throw error;
    throw new StoreError("no_store", `${error.message} It is made by the first call of an agent.`, { cause: error });
  }
}

function refuse(message: string): number {
  process.stderr.write(`fireboard: ${message}\n`);
  return 1;
}
