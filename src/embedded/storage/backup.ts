import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../errors.js";
import { check, inSnapshot } from "./check.js";
import { checkStoreIdentity } from "./schema.js";
import { openConnection, toStoreError } from "./sqlite.js";
import { renewStoreId } from "./store-id.js";

/** What was copied. */
export interface BackupReport {
  documents: number;
  bytes: number;
}

/**
 * Copies one snapshot of a store into a new file (0600), also while it is in use:
 * https://www.sqlite.org/lang_vacuum.html. The copy is checked before it gets its name, and never replaces a file:
 * StoreError `target_exists`.
 */
export function backup(file: string, to: string): BackupReport {
  if (!existsSync(file)) throw new StoreError("no_store", `There is no store at ${file}.`);
  if (existsSync(to)) throw targetExists(to);
  const unfinished = `${to}.${process.pid}.unfinished`;
  try {
    inSnapshot(file, checkStoreIdentity);
    copy(file, unfinished);
    const report = check(unfinished);
    if (report.problems.length > 0) {
      throw new StoreError("corrupt", `The store is damaged, no backup was made: ${report.problems[0]}`);
    }
    publish(unfinished, to);
    return { documents: report.documents, bytes: statSync(to).size };
  } catch (error) {
    throw toStoreError(error);
  } finally {
    for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${unfinished}${suffix}`, { force: true });
  }
}

function copy(file: string, to: string): void {
  const connection = openConnection(file, { readOnly: true, waitMs: 2_000 });
  try {
    connection.run("VACUUM INTO ?", to);
  } finally {
    connection.close();
  }
  chmodSync(to, 0o600);
  giveOwnId(to);
}

/** So that a log of the original is never applied to the copy, should that take its place. */
function giveOwnId(file: string): void {
  const connection = openConnection(file, { waitMs: 2_000 });
  try {
    renewStoreId(connection);
  } finally {
    connection.close();
  }
}

/** Gives the finished copy its name, durably; fails when something took the name meanwhile. */
function publish(unfinished: string, to: string): void {
  sync(unfinished);
  try {
    link(unfinished, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw targetExists(to);
    throw error;
  }
  sync(dirname(to));
}

/** Gives a file a second name; where the disk knows no links, as exFAT, the name gets a copy. Replaces nothing. */
function link(file: string, to: string): void {
  try {
    linkSync(file, to);
  } catch {
    copyFileSync(file, to, constants.COPYFILE_EXCL);
    sync(to);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function targetExists(to: string): StoreError {
  return new StoreError("target_exists", `${to} exists already. Choose a new file for the backup.`);
}
