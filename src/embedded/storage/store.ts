import { statSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import { compileIndexes, type IndexConfig, type IndexRules, type MissingIndex, withMissing } from "../index/config.js";
import { prepareStoreFile } from "./files.js";
import { adoptLayout, layoutServes, type RebuildProgress, readLayout, rulesOfLayout } from "./layout.js";
import { createNames, type Names } from "./names.js";
import { type FileSystemType, networkDiskOf } from "./network-disk.js";
import { checkForm, prepareSchema } from "./schema.js";
import { createSnapshots, type Snapshot } from "./snapshots.js";
import { type Connection, openConnection, toStoreError, whenUnlocked } from "./sqlite.js";

/** An open store: one connection that writes, and others that each hold a snapshot while they are lent. */
export interface Store {
  names: Names;
  rules(): IndexRules;
  /**
   * Runs `action` inside BEGIN IMMEDIATE and commits, durably. Waits for other processes; undoes everything when
   * `action` throws. `kept` are the rules by which the file's entries are written: a newer process may keep more than
   * `rules` asks for.
   */
  write<T>(action: (connection: Connection, kept: IndexRules) => T): Promise<T>;
  /** Lends a connection whose reads all see the moment of its first read. Must be given back. */
  borrow(): Snapshot;
  /** Whether a snapshot holds the entries of all indexes in the rules; not so when another process took others. */
  servesIndexes(connection: Connection): boolean;
  /** Builds what the rules ask for and the file lacks. */
  adoptIndexes(): Promise<void>;
  /** Whether the log has outgrown its limit, which it does only while snapshots keep it from starting anew. */
  logIsLong(): boolean;
  /** Starts the log anew; false while a snapshot needs it. */
  restartLog(): boolean;
  /** Adds definitions to the rules, and builds them. */
  addIndexes(missing: readonly MissingIndex[]): Promise<void>;
  close(): void;
}

export interface StoreOptions {
  file: string;
  indexes: IndexConfig;
  onRebuild?: RebuildProgress | undefined;
  /** Gets the name of the network file system that the file lies on. */
  onNetworkDisk?: ((fileSystem: string) => void) | undefined;
  fileSystemType?: FileSystemType | undefined;
  /** How long a write waits for other processes before it gives up, in milliseconds. */
  lockWaitMs?: number | undefined;
  /** The largest size of the main file. */
  maxBytes?: number | undefined;
  /** The size from which on the log counts as long (64 MiB). */
  logLimitBytes?: number | undefined;
}

const DEFAULT_LOCK_WAIT_MS = 8_000;
/** 16 MiB: pages that several commits change go to the main file once. */
const CHECKPOINT_PAGES = 4_000;
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Opens or creates the store in one SQLite file (WAL, durable commits). The folder is made private (0700), as are the
 * files (0600). ":memory:" is a private temporary folder that goes with the store. Throws StoreError.
 * https://www.sqlite.org/wal.html
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  try {
    return await open(options);
  } catch (error) {
    throw toStoreError(error);
  }
}

async function open(options: StoreOptions): Promise<Store> {
  let config = options.indexes;
  let rules = compileIndexes(config);
  const file = prepareStoreFile(options.file);
  const network = networkDiskOf(file.path, options.fileSystemType);
  if (network) options.onNetworkDisk?.(network);
  const lockWaitMs = options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const logLimitBytes = options.logLimitBytes ?? LOG_LIMIT_BYTES;
  const onRebuild = options.onRebuild ?? (() => {});
  const writer = openConnection(file.path);
  const snapshots = createSnapshots(file.path);
  const names = createNames();
  /** The file's list of indexes when it was last found to serve the rules: inside a write, and in a snapshot. */
  let written: { layout: string; kept: IndexRules } | undefined;
  let readLayoutBefore: string | undefined;

  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new StatusError(status.UNAVAILABLE, "The store is closed.");
  };

  const write = <T>(action: (connection: Connection) => T): Promise<T> =>
    whenUnlocked(lockWaitMs, () => {
      checkOpen();
      writer.run("BEGIN IMMEDIATE");
      try {
        const result = action(writer);
        writer.run("COMMIT");
        return result;
      } catch (error) {
        names.forget();
        written = undefined;
        writer.rollback();
        throw error;
      }
    });

  /** Another process may have changed form or indexes since the last write of this one. Gives the rules of the file. */
  const checkFile = (connection: Connection): IndexRules => {
    checkForm(connection);
    const stored = readLayout(connection);
    if (written && stored === written.layout) return written.kept;
    const layout =
      stored !== undefined && layoutServes(stored, rules) ? stored : adoptLayout(connection, names, rules, onRebuild);
    written = { layout, kept: rulesOfLayout(layout) };
    return written.kept;
  };

  const closeAll = (): void => {
    snapshots.close();
    writer.close();
    file.discard();
  };

  try {
    await whenUnlocked(lockWaitMs, () => writer.exec("PRAGMA journal_mode = WAL"));
    configure(writer, file.temporary, logLimitBytes, options.maxBytes);
    await write((connection) => {
      prepareSchema(connection);
      adoptLayout(connection, names, rules, onRebuild);
    });
  } catch (error) {
    closeAll();
    throw error;
  }

  return {
    names,
    rules: () => rules,
    borrow() {
      checkOpen();
      return snapshots.borrow();
    },
    write: (action) => write((connection) => action(connection, checkFile(connection))),
    servesIndexes(connection) {
      const stored = readLayout(connection);
      if (stored !== undefined && stored === readLayoutBefore) return true;
      if (!layoutServes(stored, rules)) return false;
      readLayoutBefore = stored;
      return true;
    },
    async adoptIndexes() {
      await write(checkFile);
    },
    logIsLong() {
      try {
        return statSync(`${file.path}-wal`).size > logLimitBytes;
      } catch {
        // There is none yet, or the folder is out of reach; see below.
        return false;
      }
    },
    restartLog() {
      try {
        return writer.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy === 0;
      } catch {
        // Nobody waits for this. What is wrong with the file or disk, the next write meets and tells its client.
        return false;
      }
    },
    async addIndexes(missing) {
      config = withMissing(config, missing);
      rules = compileIndexes(config);
      written = undefined;
      readLayoutBefore = undefined;
      await write(checkFile);
    },
    close() {
      closed = true;
      try {
        // The driver keeps a closed connection until its statements are collected, so closing alone does not do this.
        writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        closeAll();
      }
    },
  };
}

function configure(
  connection: Connection,
  temporary: boolean,
  logLimitBytes: number,
  maxBytes: number | undefined,
): void {
  connection.exec(`PRAGMA synchronous = ${temporary ? "OFF" : "FULL"}`);
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  connection.exec(`PRAGMA journal_size_limit = ${logLimitBytes}`);
  if (maxBytes === undefined) return;
  const pageBytes = connection.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 4_096;
  connection.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}`);
}
