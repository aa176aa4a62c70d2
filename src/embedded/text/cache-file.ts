import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../errors.js";
import { type FileMark, fileMark, fileMarks } from "../storage/open-files.js";
import { type Connection, openConnection, toStoreError } from "../storage/sqlite.js";
import { createCacheTables, hasCacheTables } from "./cache-schema.js";

/*
 * The folder beside a store that holds its cache. All processes use the file of their version whose name comes first. A
 * file is made under another name and renamed when its tables are whole; one that is no good is deleted and a new one made.
 * No name is used twice: SQLite finds a file's log by its name (https://www.sqlite.org/wal.html), and a process that still
 * has a deleted file open must share none with those that have the new one.
 */

/** A cache, open. */
export interface CacheFile {
  connection: Connection;
  path: string;
  /** Which files it has open. */
  marks: readonly FileMark[];
}

/** Processes may make and delete files at the same time; after so many tries something else is wrong. */
const TRIES = 10;
/** Files of other versions, and what killed processes left, are deleted when they have not changed for so long. */
const LEFTOVER_MS = 7 * 24 * 60 * 60_000;

/** Opens the cache of a version in a folder, or makes it. Throws the file system's or SQLite's error when it cannot. */
export function openCacheFile(folder: string, version: number): CacheFile {
  for (let attempt = 1; ; attempt++) {
    const name = currentName(folder, version) ?? makeFile(folder, version);
    const opened = openExisting(join(folder, name), version);
    if (opened && isCurrent(folder, version, opened)) return opened;
    opened?.connection.close();
    if (attempt === TRIES) throw new Error("the text cache does not stay as it was made");
  }
}

/** Whether this is still the file that all processes of the version use. */
export function isCurrent(folder: string, version: number, { path }: CacheFile): boolean {
  const name = currentName(folder, version);
  return name !== undefined && join(folder, name) === path;
}

/** Whether other files lie under the names of those that are open, such as those of a restored folder. */
export function isReplaced({ path, marks }: CacheFile): boolean {
  return fileMarks(path).some((mark, at) => mark !== marks[at]);
}

/** Whether an error says that the file is no good; else only the disk, the folder or a lock stands in the way. */
export function isDamage(error: unknown): boolean {
  const known = toStoreError(error);
  return !(known instanceof StoreError) || known.code === "corrupt" || known.code === "not_a_store";
}

/** Closes a cache and deletes its files. Others who have them open go on until they look again. */
export function discardCacheFile({ connection, path }: Pick<CacheFile, "connection" | "path">): void {
  connection.close();
  removeFiles(path);
}

function removeFiles(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}

const prefixOf = (version: number): string => `v${version}-`;

function currentName(folder: string, version: number): string | undefined {
  return namesIn(folder)
    .filter((name) => name.startsWith(prefixOf(version)) && name.endsWith(".db"))
    .sort()[0];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Undefined when the file was replaced or deleted meanwhile, or was no good and is deleted now. */
function openExisting(path: string, version: number): CacheFile | undefined {
  const before = fileMark(path);
  const connection = openConnection(path);
  try {
    const sound = hasCacheTables(connection, version);
    if (sound) {
      connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304");
      // Reads the schema, and so opens the log under the name that the file has now.
      connection.get("SELECT count(*) FROM sources");
    }
    const marks = fileMarks(path);
    if (sound && marks[0] === before) return { connection, path, marks };
  } catch (error) {
    if (!isDamage(error)) {
      connection.close();
      throw error;
    }
  }
  discardCacheFile({ connection, path });
  return undefined;
}

/** Makes an empty cache and gives its name. */
function makeFile(folder: string, version: number): string {
  mkdirSync(folder, { mode: 0o700, recursive: true });
  removeLeftovers(folder);
  const id = randomBytes(8).toString("hex");
  const unfinished = join(folder, `new-${id}.db`);
  try {
    closeSync(openSync(unfinished, "wx", 0o600));
    const connection = openConnection(unfinished);
    try {
      createCacheTables(connection, version);
    } finally {
      connection.close();
    }
    const name = `${prefixOf(version)}${id}.db`;
    renameSync(unfinished, join(folder, name));
    return name;
  } catch (error) {
    removeFiles(unfinished);
    throw error;
  }
}

function removeLeftovers(folder: string): void {
  const oldest = Date.now() - LEFTOVER_MS;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    try {
      if (statSync(path).mtimeMs < oldest) rmSync(path, { force: true });
    } catch {
      // Somebody else has deleted it.
    }
  }
}
