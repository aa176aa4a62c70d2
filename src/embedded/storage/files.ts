import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The place of a store. */
export interface StorePaths {
  /** As it was given: a link may lead elsewhere later. */
  given: string;
  /** Where that leads, links resolved, as SQLite does it: its log lies beside this. */
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
    return { given: file, path: realpathSync(file), temporary: false, discard: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "firestore-"));
  const path = join(folder, "store.db");
  prepareFile(path);
  return { given: path, path, temporary: true, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Makes folder and file private before SQLite writes: its other files take the permissions of this one.
 * https://www.sqlite.org/wal.html#the_wal_file
 */
function prepareFile(file: string): void {
  const folder = dirname(file);
  makeFolder(folder);
  if (existsSync(file)) {
    if ((statSync(file).mode & 0o077) !== 0) makePrivate(file);
  } else {
    closeSync(openSync(file, "a", 0o600));
  }
}

function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    // Only its owner may; see unsafe-place.ts.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
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
