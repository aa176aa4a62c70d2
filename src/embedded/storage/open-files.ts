import { type BigIntStats, statSync, truncateSync } from "node:fs";
import { StoreError } from "../errors.js";
import type { StorePaths } from "./files.js";
import type { Connection } from "./sqlite.js";
import { fileHasId, fileHasOtherId, storeIdOf } from "./store-id.js";

/*
 * Whether the files at a store's path are those that this process has open. A file that is replaced or deleted stays
 * readable and writable for who has it open, and is gone when they end: what is written to it is lost. The file, its log
 * (-wal) and the log's index (-shm) are compared by device and inode. A file that is overwritten in place, as by `cp`, keeps
 * both; it is known by its id, which is read when the file's time of change has moved: with a log, that is only after
 * checkpoints.
 */

/** The three files of an open store. */
export interface OpenFiles {
  /** `store_replaced` while the files at the path are not those that are open; three calls of stat, about 10 µs. */
  problem(): StoreError | undefined;
  /**
   * What is to be done with the log when the store is closed: `apply` it to the file, `discard` it, as its file was
   * overwritten, or `leave` it, as others use it.
   */
  atEnd(): "apply" | "discard" | "leave";
  /** Empties the log, so that neither SQLite applies it when it closes nor who opens the path next. */
  discardLog(): void;
}

/** Where a store is: its path as it was given, and where links lead. */
type FilePlace = Pick<StorePaths, "given" | "path">;

/** A file's device and inode; `none` for one that is not there or cannot be reached. */
export type FileMark = string;

/** The device and inode of a file; `none` where there is none, or where it is out of reach. */
export function fileMark(path: string): FileMark {
  return markOf(statOf(path));
}

/** The same for an SQLite file with its log and the log's index, which lie beside `path`, where links lead. */
export function fileMarks(path: string, given = path): readonly FileMark[] {
  return namesOf({ given, path }).map(fileMark);
}

/**
 * Watches the files that `connection` has open; it must have read from them. `before` is the mark of the file from before
 * it was opened. Undefined when the path led to other files meanwhile. `onReplaced` is called once until they are back.
 */
export function watchOpenFiles(
  place: FilePlace,
  before: FileMark,
  connection: Connection,
  onReplaced: () => void,
): OpenFiles | undefined {
  const { path } = place;
  const opened = fileMarks(place.path, place.given);
  if (opened[0] !== before || opened.includes(NONE)) return undefined;
  const id = storeIdOf(connection) ?? "";
  // A new store is in its log only; what is to be recognised must be in the file.
  if (!fileHasId(path, id)) connection.exec("PRAGMA wal_checkpoint(PASSIVE)");
  let verifiedChange: bigint | undefined;
  let told = false;

  const isOverwritten = (file: BigIntStats | undefined): boolean => {
    if (file?.ctimeNs === verifiedChange) return false;
    if (fileHasOtherId(path, id)) return true;
    verifiedChange = file?.ctimeNs;
    return false;
  };
  const isStillThere = (): boolean => {
    const [file, log, index] = namesOf(place).map(statOf);
    return [file, log, index].every((stat, at) => markOf(stat) === opened[at]) && !isOverwritten(file);
  };

  return {
    problem() {
      if (isStillThere()) {
        told = false;
        return undefined;
      }
      if (!told) onReplaced();
      told = true;
      return new StoreError(
        "store_replaced",
        "The store's file, or the log beside it, was replaced or deleted while it was in use. Restart this process: " +
          "until then nothing is read or written.",
      );
    },
    atEnd() {
      if (isStillThere()) return "apply";
      const [file, log, index] = fileMarks(place.path, place.given);
      // Who opened the path since then has made what was missing, or has written under the id of the new file.
      const unused =
        (index === opened[2] || index === NONE) &&
        (log === opened[1] || log === NONE || statOf(`${path}-wal`)?.size === 0n) &&
        viewedId(connection) === id;
      if (!unused) return "leave";
      return file === opened[0] && isOverwritten(statOf(path)) ? "discard" : "apply";
    },
    discardLog() {
      if (fileMark(`${path}-wal`) === opened[1]) truncateSync(`${path}-wal`, 0);
    },
  };
}

function viewedId(connection: Connection): string | undefined {
  try {
    return storeIdOf(connection);
  } catch {
    return undefined;
  }
}

const NONE = "none";

function namesOf({ given, path }: FilePlace): string[] {
  return [given, `${path}-wal`, `${path}-shm`];
}

function markOf(stat: BigIntStats | undefined): FileMark {
  return stat ? `${stat.dev}:${stat.ino}` : NONE;
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // The folder is a file now, or may not be entered any more.
    return undefined;
  }
}
