import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import { compileIndexes, type FieldOverride, type IndexConfig, type IndexRules } from "../indexes/config.js";
import { adoptLayout, layoutServes, type RebuildProgress, readLayout } from "../indexes/layout.js";
import type { MissingIndex } from "../queries/planner.js";
import { createNames, type Names } from "./names.js";
import { whenUnlocked } from "./retry.js";
import { checkForm, prepareSchema } from "./schema.js";
import { type Connection, openConnection, toStoreError } from "./sqlite.js";

/** An open store: one connection that writes, and others that each hold a snapshot while they are lent. */
export interface Store {
  names: Names;
  rules(): IndexRules;
  /**
   * Runs `action` inside BEGIN IMMEDIATE and commits, durably. Waits for other processes; undoes everything when
   * `action` throws.
   */
  write<T>(action: (connection: Connection) => T): Promise<T>;
  /** Lends a connection whose reads all see the moment of its first read. Must be given back. */
  borrow(): Snapshot;
  /** Whether a snapshot holds the entries of all indexes in the rules; not so when another process took others. */
  servesIndexes(connection: Connection): boolean;
  /** Builds what the rules ask for and the file lacks. */
  adoptIndexes(): Promise<void>;
  /** Adds definitions to the rules, and builds them. */
  addIndexes(missing: readonly MissingIndex[]): Promise<void>;
  close(): void;
}

export interface Snapshot {
  connection: Connection;
  release(): void;
}

export interface StoreOptions {
  file: string;
  indexes: IndexConfig;
  onRebuild?: RebuildProgress | undefined;
  /** How long a write waits for other processes before it gives up, in milliseconds. */
  lockWaitMs?: number | undefined;
  /** The largest size of the main file. */
  maxBytes?: number | undefined;
}

const DEFAULT_LOCK_WAIT_MS = 8_000;
/** What a field has that no override mentions. */
const AUTOMATIC_INDEXES: FieldOverride["indexes"] = [
  { order: "ASCENDING", queryScope: "COLLECTION" },
  { order: "DESCENDING", queryScope: "COLLECTION" },
  { arrayConfig: "CONTAINS", queryScope: "COLLECTION" },
];
const MAX_IDLE_SNAPSHOTS = 8;
/** Each snapshot is a connection with two open files. */
const MAX_SNAPSHOTS = 200;
/** 16 MiB: pages that several commits change go to the main file once. */
const CHECKPOINT_PAGES = 4_000;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Opens or creates the store in one SQLite file (WAL, durable commits). The folder is made private (0700), as are the
 * files (0600). ":memory:" is a private temporary folder that goes with the store. Throws StoreError.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  try {
    return await open(options);
  } catch (error) {
    throw toStoreError(error);
  }
}

async function open(options: StoreOptions): Promise<Store> {
  const temporary = options.file === ":memory:" ? mkdtempSync(join(tmpdir(), "firestore-")) : undefined;
  const file = temporary ? join(temporary, "store.db") : options.file;
  prepareFile(file);
  const lockWaitMs = options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const writer = openConnection(file);
  const names = createNames();
  let config = options.indexes;
  let rules = compileIndexes(config);
  const idle: Connection[] = [];
  let lent = 0;
  let closed = false;

  const closeAll = (): void => {
    closed = true;
    for (const connection of idle.splice(0)) connection.close();
    writer.close();
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  };

  /** The file's layout when this process last checked it inside a write, and when it last checked it in a snapshot. */
  let layout: string | undefined;
  let servedLayout: string | undefined;
  const write = <T>(action: (connection: Connection) => T): Promise<T> =>
    whenUnlocked(lockWaitMs, () => {
      writer.exec("BEGIN IMMEDIATE");
      try {
        const result = action(writer);
        writer.exec("COMMIT");
        return result;
      } catch (error) {
        names.forget();
        layout = undefined;
        writer.rollback();
        throw error;
      }
    });

  /** Another process may have changed schema or indexes since the last write of this one. */
  const checkFile = (connection: Connection): void => {
    checkForm(connection);
    const stored = readLayout(connection);
    if (stored === layout && layout !== undefined) return;
    if (!layoutServes(stored, rules)) adoptLayout(connection, names, rules, options.onRebuild ?? (() => {}));
    layout = readLayout(connection);
  };

  try {
    await whenUnlocked(lockWaitMs, () => writer.exec("PRAGMA journal_mode = WAL"));
    configure(writer, temporary !== undefined, options.maxBytes);
    await write((connection) => {
      prepareSchema(connection);
      adoptLayout(connection, names, rules, options.onRebuild ?? (() => {}));
    });
  } catch (error) {
    closeAll();
    throw error;
  }

  return {
    names,
    rules: () => rules,
    write: (action) =>
      write((connection) => {
        checkFile(connection);
        return action(connection);
      }),
    borrow: () => {
      if (lent >= MAX_SNAPSHOTS) {
        throw new StatusError(status.RESOURCE_EXHAUSTED, "Too many transactions and queries run at the same time.");
      }
      const connection = idle.pop() ?? openConnection(file, { waitMs: 250 });
      lent++;
      try {
        connection.exec("BEGIN");
        checkForm(connection);
      } catch (error) {
        lent--;
        connection.close();
        throw error;
      }
      return {
        connection,
        release: () => {
          lent--;
          connection.rollback();
          if (closed || idle.length >= MAX_IDLE_SNAPSHOTS) connection.close();
          else idle.push(connection);
        },
      };
    },
    servesIndexes: (connection) => {
      const stored = readLayout(connection);
      if (stored !== undefined && stored === servedLayout) return true;
      if (!layoutServes(stored, rules)) return false;
      servedLayout = stored;
      return true;
    },
    adoptIndexes: () => write(checkFile),
    addIndexes: async (missing) => {
      config = withMissing(config, missing);
      rules = compileIndexes(config);
      layout = undefined;
      servedLayout = undefined;
      await write(checkFile);
    },
    close: () => {
      try {
        // The driver keeps a closed connection until its statements are collected, so closing alone does not do this.
        writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        closeAll();
      }
    },
  };
}

/** The configuration with definitions added; an override that exists already gets the added modes. */
function withMissing(config: IndexConfig, missing: readonly MissingIndex[]): IndexConfig {
  const indexes = [...config.indexes];
  const fieldOverrides = [...config.fieldOverrides];
  for (const one of missing) {
    if ("indexes" in one) {
      indexes.push(one.indexes);
      continue;
    }
    const added = one.fieldOverrides;
    const at = fieldOverrides.findIndex(
      (known) => known.collectionGroup === added.collectionGroup && known.fieldPath === added.fieldPath,
    );
    const known = fieldOverrides[at];
    if (known) fieldOverrides[at] = { ...known, indexes: [...known.indexes, ...added.indexes] };
    else fieldOverrides.push({ ...added, indexes: [...AUTOMATIC_INDEXES, ...added.indexes] });
  }
  return { indexes, fieldOverrides };
}

/** Makes folder and file private before SQLite writes: its other files take the permissions of this one. */
function prepareFile(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(file)) {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } else {
    closeSync(openSync(file, "a", 0o600));
  }
}

function configure(connection: Connection, temporary: boolean, maxBytes: number | undefined): void {
  connection.exec(`PRAGMA synchronous = ${temporary ? "OFF" : "FULL"}`);
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  connection.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
  if (maxBytes === undefined) return;
  const pageBytes = connection.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 4_096;
  connection.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)}`);
}
