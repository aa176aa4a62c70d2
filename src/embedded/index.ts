import { StoreError } from "./errors.js";
import { createFaultReport, type FaultListener } from "./fault-report.js";
import type { IndexConfig } from "./index/index-definitions.js";
import type { AdmissionLimits } from "./rpc/admission.js";
import type { AnswerLimits } from "./rpc/backpressure.js";
import { createChangeFeed } from "./rpc/change-feed.js";
import type { QueryRead } from "./rpc/context.js";
import { startRpcServer } from "./rpc/server.js";
import type { FileSystemType } from "./storage/network-disk.js";
import { openStoreFile } from "./storage/store-file.js";
import type { UnsafePlace } from "./storage/unsafe-place.js";
import { createTextIndex, type TextIndex } from "./text/text-index.js";
import type { TextSource } from "./text/text-source.js";
import { createCommit } from "./txn/commit.js";
import { createTransactions, type TransactionLimits } from "./txn/running-transactions.js";

export { StoreError, type StoreErrorCode } from "./errors.js";
export type { CompositeIndex, FieldOverride, IndexConfig, IndexField } from "./index/index-definitions.js";
export type { QueryRead } from "./rpc/context.js";
export { type BackupReport, backup } from "./storage/backup.js";
export { type CheckReport, check } from "./storage/check.js";
export type { UnsafePlace } from "./storage/unsafe-place.js";
export type { TextAnswer, TextCoverage, TextSearch } from "./text/text-index.js";
export type { TextSource } from "./text/text-source.js";

/** How an engine is started. */
export interface EngineOptions extends FaultListener {
  /** SQLite file, or ":memory:" for a store that ends with the engine. A missing folder is made (0700; files 0600). */
  file: string;
  /** TCP port on 127.0.0.1; 0 (the default) takes any free one. */
  port?: number;
  /** When set, every RPC must carry the metadata `authorization: Bearer <token>`, else it is UNAUTHENTICATED. */
  token?: string;
  /** firestore.indexes.json as parsed: a query that needs another composite index is FAILED_PRECONDITION. */
  indexes: IndexConfig;
  /** How long a call waits for other programs that lock the file before it fails, in milliseconds (8,000). */
  lockWaitMs?: number | undefined;
  /** Called while index entries are rebuilt after `indexes` changed, with documents done and in all. */
  onRebuild?: (done: number, total: number) => void;
  /** Called at the start with the name of the network file system that the file is on: locks do not hold there. */
  onNetworkDisk?: (fileSystem: string) => void;
  /**
   * Called once when a process with other `indexes` serves the file too; it keeps those of both until one of them is
   * started alone.
   */
  onIndexesDiffer?: () => void;
  /** Called at the start with what is unsafe about the place of the file, if anything is. */
  onUnsafePlace?: (found: readonly UnsafePlace[]) => void;
  /**
   * Called when the file is found replaced or deleted, once until it is back: everything is refused until the engine is
   * started again.
   */
  onReplaced?: () => void;
  /** Called with faults of the engine itself and the id that the client got; they go to standard error by default. */
  onError?: (error: unknown, id: string) => void;
  /** The collections that `searchTexts` can look in, with the fields that hold their texts. */
  texts?: readonly TextSource[];
  /** Called when the text index cannot be used, once until it can again. */
  onTextIndexFault?: (error: unknown) => void;
  /** Makes missing composite indexes instead of refusing the query: for test suites written against the emulator. */
  createIndexes?: boolean;
}

/** Limits and probes that only tests and benchmarks set. */
export interface EngineTestOptions {
  /** Called after every query with the index entries and documents that it read. */
  onRead?: (read: QueryRead) => void;
  /** The largest size of the file in bytes; a write that needs more fails as on a full disk. */
  maxBytes?: number;
  /** The size in bytes from which on transactions pause so that SQLite's write-ahead log can be reset (64 MiB). */
  logLimitBytes?: number;
  /** Gives the type number of a folder's file system; statfs by default. */
  fileSystemType?: FileSystemType;
  /** Milliseconds that a transaction may be idle (60,000) and live in all (270,000). */
  transactionLimits?: TransactionLimits;
  /** Milliseconds that a commit waits for a transaction that has lost three times (250). */
  turnMs?: number;
  /** Milliseconds that a client may read nothing of an answer (60,000) and take over it in all (270,000). */
  answerLimits?: AnswerLimits;
  /** Limits of what clients may open and send. */
  admissionLimits?: AdmissionLimits;
}

/** A running engine. */
export interface Engine {
  host: string;
  port: number;
  /**
   * Full-text search, which Firestore does not have: no RPC, but a function for who runs the engine. Its index is a
   * cache beside the file; see text/text-index.ts.
   */
  searchTexts: TextIndex["search"];
  /** How many streams listen for changes now. */
  listeners(): number;
  /**
   * Ends running calls and closes the file; once, however often it is called. A file that cannot be tidied up, as on a
   * full disk, is closed as it is: the next one who opens it finds all that was committed.
   */
  close(): Promise<void>;
}

/**
 * Starts a Cloud Firestore over one SQLite file, which other processes may serve at the same time. Clients connect
 * without TLS:
 * `new Firestore({ projectId, host: `${host}:${port}`, ssl: false, customHeaders: { Authorization: ... } })`. Throws
 * StoreError when the file cannot be used or the port is taken.
 */
export async function startEngine(options: EngineOptions & EngineTestOptions): Promise<Engine> {
  const { file, indexes, onRebuild, onNetworkDisk, onUnsafePlace, onReplaced, onIndexesDiffer } = options;
  const { fileSystemType, lockWaitMs, maxBytes, logLimitBytes } = options;
  const store = await openStoreFile({
    file,
    indexes,
    onRebuild,
    onNetworkDisk,
    onUnsafePlace,
    onReplaced,
    onIndexesDiffer,
    fileSystemType,
    lockWaitMs,
    maxBytes,
    logLimitBytes,
  });
  const transactions = createTransactions(store, options.transactionLimits, options.turnMs);
  const changes = createChangeFeed(store);
  const faults = createFaultReport(options);
  const onCommit = (wrote: boolean): void => {
    changes.committed();
    if (wrote) faults.committed();
  };
  const commit = createCommit(store, onCommit, options.turnMs);
  const texts = createTextIndex(store, options.texts ?? [], options.onTextIndexFault ?? (() => {}));
  const createIndexes = options.createIndexes ?? false;
  try {
    const server = await startRpcServer(
      { store, names: store.names, transactions, commit, createIndexes, onRead: options.onRead },
      changes,
      {
        port: options.port ?? 0,
        token: options.token,
        onError: options.onError ?? reportError,
        onFault: faults.met,
        answerLimits: options.answerLimits,
        admissionLimits: options.admissionLimits,
      },
    );
    const close = async (): Promise<void> => {
      changes.close();
      await server.close();
      transactions.close();
      texts.close();
      try {
        store.close();
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        faults.met(error.code, error.message);
      }
    };
    let closing: Promise<void> | undefined;
    return {
      host: "127.0.0.1",
      port: server.port,
      searchTexts: texts.search,
      listeners: changes.count,
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    transactions.close();
    store.close();
    throw error;
  }
}

function reportError(error: unknown, id: string): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`embedded store, error ${id}: ${detail}\n`);
}
