import { statSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { StatusError, StoreError } from "../errors.js";
import {
  compileIndexes,
  type IndexConfig,
  type IndexDefinitions,
  type MissingIndex,
  withMissing,
} from "../index/index-definitions.js";
import { prepareStoreFile } from "./files.js";
import {
  catalogCovers,
  extendIndexCatalog,
  indexesOfCatalog,
  type RebuildProgress,
  readIndexCatalog,
  updateIndexCatalog,
} from "./index-catalog.js";
import { type FileSystemType, networkDiskOf } from "./network-disk.js";
import { createNames, type Names } from "./numbered-names.js";
import { fileMark, type OpenFiles, watchOpenFiles } from "./open-files.js";
import { checkStoreSchema, prepareSchema } from "./schema.js";
import { createSnapshotPool, type ReadSnapshot } from "./snapshot-pool.js";
import { type Connection, openConnection, toStoreError, whenUnlocked } from "./sqlite.js";
import { checkLogBelongs, ensureStoreId } from "./store-id.js";
import { type UnsafePlace, unsafePlaces } from "./unsafe-place.js";

/** An open store: one connection that writes, and a pool of others that read snapshots. */
export interface StoreFile {
  /** The file's path, links resolved; of a store in memory, that of its temporary file. */
  path: string;
  names: Names;
  rules(): IndexDefinitions;
  /**
   * Runs `action` inside BEGIN IMMEDIATE and commits, durably. Waits for other processes, `waitMs` or as long as the
   * store may wait (`lockWaitMs`); undoes everything when `action` throws. `active` are the indexes whose entries the
   * file has: a newer process may have more than `rules` asks for. Rejects with StoreError `store_replaced` when the path
   * leads to other files than those that are open; what was committed just then is in the file that was there before,
   * wherever that is now.
   */
  write<T>(action: (connection: Connection, active: IndexDefinitions) => T, waitMs?: number): Promise<T>;
  /** Milliseconds that a read or a write waits for other processes before it gives up. */
  lockWaitMs: number;
  /**
   * A connection whose reads all see the state of the file at its first read. Must be released. Throws StoreError
   * `store_replaced` as writes do.
   */
  acquireSnapshot(): ReadSnapshot;
  /** The same, and waits for other processes that lock the file even for readers. */
  whenReadable(): Promise<ReadSnapshot>;
  /** Whether the indexes of the definitions are active in a snapshot: another process may have replaced them. */
  servesIndexes(connection: Connection): boolean;
  /** Builds the indexes that the file lacks. */
  adoptIndexes(): Promise<void>;
  /** Whether the write-ahead log has outgrown its limit, as it does only while snapshots prevent its reset. */
  walIsLong(): boolean;
  /** Resets the write-ahead log; false while a snapshot needs it. */
  resetWal(): boolean;
  /** Adds index definitions, and builds them. */
  addIndexes(missing: readonly MissingIndex[]): Promise<void>;
  /** Throws a StoreError when the file is closed but could not be tidied up. */
  close(): void;
}

/** How a store is opened. */
export interface StoreFileOptions {
  file: string;
  indexes: IndexConfig;
  onRebuild?: RebuildProgress | undefined;
  /** Called once when another process has taken an index away that this one needs: the file keeps those of both then. */
  onIndexesDiffer?: (() => void) | undefined;
  /** Called with the name of the network file system that the file is on. */
  onNetworkDisk?: ((fileSystem: string) => void) | undefined;
  /** Called when the store is open with what is unsafe about its place, if anything is. */
  onUnsafePlace?: ((found: readonly UnsafePlace[]) => void) | undefined;
  /** Called once when the file is found replaced or deleted, again when it was back in between. */
  onReplaced?: (() => void) | undefined;
  fileSystemType?: FileSystemType | undefined;
  /** How long a read or a write waits for other processes before it gives up, in milliseconds. */
  lockWaitMs?: number | undefined;
  /** The largest size of the main file. */
  maxBytes?: number | undefined;
  /** The size from which on the log counts as long (64 MiB). */
  logLimitBytes?: number | undefined;
}

const DEFAULT_LOCK_WAIT_MS = 8_000;
/** The share of that for opening: the call that opens the store has to load its client too. */
const OPENING_SHARE = 0.5;
/** 16 MiB: pages that several commits change go to the main file once. */
const CHECKPOINT_PAGES = 4_000;
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;
/** A restore replaces the file once. */
const OPENING_TRIES = 5;

/**
 * Opens or creates the store in one SQLite file (WAL, durable commits). The folder is made private (0700), as are the
 * files (0600). ":memory:" is a private temporary folder that goes with the store. Throws StoreError.
 * https://www.sqlite.org/wal.html
 */
export async function openStoreFile(options: StoreFileOptions): Promise<StoreFile> {
  try {
    for (let attempt = 0; attempt < OPENING_TRIES; attempt++) {
      const store = await open(options);
      if (store) return store;
    }
  } catch (error) {
    throw toStoreError(error);
  }
  throw new StoreError("store_replaced", "The store's file is replaced or deleted again and again while it is opened.");
}

/** Undefined when the file was replaced meanwhile. */
async function open(options: StoreFileOptions): Promise<StoreFile | undefined> {
  let config = options.indexes;
  let rules = compileIndexes(config);
  const file = prepareStoreFile(options.file);
  const network = networkDiskOf(file.path, options.fileSystemType);
  if (network) options.onNetworkDisk?.(network);
  const lockWaitMs = options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const logLimitBytes = options.logLimitBytes ?? LOG_LIMIT_BYTES;
  const onRebuild = options.onRebuild ?? (() => {});
  checkLogBelongs(file.path);
  const before = fileMark(file.path);
  const writer = openConnection(file.path);
  /** Undefined while the store is being opened, and for a temporary one, whose name nobody knows. */
  let files: OpenFiles | undefined;
  const replaced = (): StoreError | undefined => files?.problem();
  const snapshots = createSnapshotPool(file.path, replaced);
  const names = createNames();
  /** The index catalog when it last covered the definitions: inside a write, and in a snapshot. */
  let written: { catalog: string; active: IndexDefinitions } | undefined;
  let catalogOfSnapshots: string | undefined;
  let differenceTold = false;

  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new StatusError(status.UNAVAILABLE, "The store is closed.");
  };

  const checkFiles = (): void => {
    const problem = replaced();
    if (problem) throw problem;
  };

  const write = <T>(action: (connection: Connection) => T, waitMs = lockWaitMs): Promise<T> =>
    whenUnlocked(waitMs, () => {
      checkOpen();
      try {
        writer.run("BEGIN IMMEDIATE");
        // What `action` finds in a file that shares its log with another one is nobody's truth.
        checkFiles();
        const result = action(writer);
        checkFiles();
        writer.run("COMMIT");
        // It may have been replaced in between: what was written then must not be acknowledged.
        checkFiles();
        return result;
      } catch (error) {
        names.forget();
        written = undefined;
        writer.rollback();
        throw replaced() ?? error;
      }
    });

  /**
   * Another process may have changed the schema or the indexes since the last write of this one. Gives the active
   * indexes.
   */
  const checkFile = (connection: Connection): IndexDefinitions => {
    checkStoreSchema(connection);
    const stored = readIndexCatalog(connection);
    if (written && stored === written.catalog) return written.active;
    let catalog = stored;
    if (catalog === undefined || !catalogCovers(catalog, rules)) {
      if (written && !differenceTold) options.onIndexesDiffer?.();
      differenceTold ||= written !== undefined;
      catalog = extendIndexCatalog(connection, names, rules, onRebuild);
    }
    written = { catalog, active: indexesOfCatalog(catalog) };
    return written.active;
  };

  const acquireSnapshot = (): ReadSnapshot => {
    checkOpen();
    return snapshots.acquire();
  };

  const closeAll = (): void => {
    snapshots.close();
    writer.close();
    file.discard();
  };

  try {
    const end = performance.now() + lockWaitMs * OPENING_SHARE;
    await whenUnlocked(lockWaitMs * OPENING_SHARE, () => writer.exec("PRAGMA journal_mode = WAL"));
    configure(writer, file.temporary, logLimitBytes, options.maxBytes);
    await write((connection) => {
      prepareSchema(connection);
      ensureStoreId(connection);
      const catalog = updateIndexCatalog(connection, names, rules, onRebuild);
      written = { catalog, active: indexesOfCatalog(catalog) };
    }, end - performance.now());
    if (!file.temporary) files = watchOpenFiles(file, before, writer, options.onReplaced ?? (() => {}));
  } catch (error) {
    closeAll();
    throw error;
  }
  if (!files && !file.temporary) {
    closeAll();
    return undefined;
  }
  const unsafe = file.temporary ? [] : unsafePlaces(file);
  if (unsafe.length > 0) options.onUnsafePlace?.(unsafe);

  return {
    path: file.path,
    names,
    rules: () => rules,
    lockWaitMs,
    acquireSnapshot,
    whenReadable: () => whenUnlocked(lockWaitMs, acquireSnapshot),
    write: (action, waitMs) => write((connection) => action(connection, checkFile(connection)), waitMs),
    servesIndexes(connection) {
      const stored = readIndexCatalog(connection);
      if (stored !== undefined && stored === catalogOfSnapshots) return true;
      if (!catalogCovers(stored, rules)) return false;
      catalogOfSnapshots = stored;
      return true;
    },
    async adoptIndexes() {
      await write(checkFile);
    },
    walIsLong() {
      try {
        return statSync(`${file.path}-wal`).size > logLimitBytes;
      } catch {
        // There is none yet, or the folder is out of reach; see below.
        return false;
      }
    },
    resetWal() {
      if (replaced()) return false;
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
      catalogOfSnapshots = undefined;
      await write(checkFile);
    },
    close() {
      closed = true;
      const log = files?.atEnd() ?? "apply";
      try {
        // The driver keeps a closed connection until its statements are collected, so closing alone does not do this.
        if (log === "apply") writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        if (log === "discard") files?.discardLog();
      } catch (error) {
        // Nothing is lost: the log keeps what was committed, and the next one who opens the file goes on with it.
        throw toStoreError(error);
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
