import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The place of a store. */
export interface StorePaths {
  path: string;
  /** Whether it goes with the store. */
  temporary: boolean;
  /** Removes a temporary place. */
  discard(): void;
}

/** Makes the folder and file of a store; ":memory:" is a private temporary folder. */
export function prepareStoreFile(file: string): StorePaths {
  if (file !== ":memory:") {
    prepareFile(file);
    return { path: file, temporary: false, discard: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "firestore-"));
  const path = join(folder, "store.db");
  prepareFile(path);
  return { path, temporary: true, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Makes folder and file private before SQLite writes: its other files take the permissions of this one.
 * https://www.sqlite.org/wal.html#the_wal_file
 */
function prepareFile(file: string): void {
  const folder = dirname(file);
  makeFolder(folder);
  if (existsSync(file)) {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } else {
    closeSync(openSync(file, "a", 0o600));
  }
}

/**
 * One by one: Node's own `recursive` never returns where a folder cannot be made below one that exists, as in /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
