import { createRequire, isBuiltin } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import { StatusError, StoreError, type StoreErrorCode } from "../errors.js";
import { escapeNul, restoreNul } from "./nul.js";

type SqliteModule = Pick<typeof import("@photostructure/sqlite"), "DatabaseSync">;

/** What SQLite takes and gives as a value. */
export type SqlValue = null | number | string | Uint8Array;
/** A row of a result, by column. */
export type Row = Record<string, SqlValue>;

/**
 * One SQLite connection with its statements prepared once: preparing them for each call leaks memory by the gigabyte.
 */
export interface Connection {
  get<T = Row>(sql: string, ...values: SqlValue[]): T | undefined;
  all<T = Row>(sql: string, ...values: SqlValue[]): T[];
  run(sql: string, ...values: SqlValue[]): { changes: number; lastInsertRowid: number };
  exec(sql: string): void;
  /** Undoes the open transaction, if SQLite has not done so by itself. */
  rollback(): void;
  close(): void;
}

const require = createRequire(import.meta.url);

/** `node:sqlite` where this Node has it in full (>= 22.16), else the same API from a package with binaries inside. */
function loadSqlite(): SqliteModule {
  if (isBuiltin("node:sqlite")) {
    const builtIn = withoutWarnings(() => require("node:sqlite") as SqliteModule);
    if ("isTransaction" in builtIn.DatabaseSync.prototype) return builtIn;
  }
  return require("@photostructure/sqlite") as SqliteModule;
}

/** Node 22 warns on stderr, which holds log lines, that its SQLite is experimental. */
function withoutWarnings<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const sqlite = loadSqlite();

/**
 * Opens a connection. Waiting for a lock inside SQLite blocks the whole process, so it lasts a few milliseconds only;
 * who needs longer waits outside and tries again.
 */
export function openConnection(file: string, options: { readOnly?: boolean; waitMs?: number } = {}): Connection {
  const database = new sqlite.DatabaseSync(file, {
    readOnly: options.readOnly ?? false,
    timeout: options.waitMs ?? 5,
  }) as DatabaseSyncInstance;
  const statements = new Map<string, StatementSyncInstance>();
  const prepare = (sql: string): StatementSyncInstance => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    get: <T>(sql: string, ...values: SqlValue[]) => {
      const row = prepare(sql).get(...values.map(given)) as Row | undefined;
      return row && (restored(row) as T);
    },
    all: <T>(sql: string, ...values: SqlValue[]) =>
      (prepare(sql).all(...values.map(given)) as Row[]).map((row) => restored(row) as T),
    run: (sql, ...values) => {
      const { changes, lastInsertRowid } = prepare(sql).run(...values.map(given));
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
    },
    exec: (sql) => database.exec(sql),
    rollback: () => {
      if (database.isTransaction) prepare("ROLLBACK").run();
    },
    close: () => {
      statements.clear();
      database.close();
    },
  };
}

function given(value: SqlValue): SqlValue {
  return typeof value === "string" ? escapeNul(value) : value;
}

function restored(row: Row): Row {
  for (const column in row) {
    const value = row[column];
    if (typeof value === "string") row[column] = restoreNul(value);
  }
  return row;
}

// https://www.sqlite.org/rescode.html; the low byte of an extended code is its primary code.
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
/** Readers that others keep from their turn: https://www.sqlite.org/rescode.html#protocol */
const SQLITE_PROTOCOL = 15;

/** `all` of @photostructure/sqlite 1.2 throws SQLite's own words without their code. */
const CODE_BY_MESSAGE: Readonly<Record<string, number>> = {
  "database is locked": SQLITE_BUSY,
  "database table is locked": SQLITE_LOCKED,
  "attempt to write a readonly database": 8,
  "disk I/O error": 10,
  "database disk image is malformed": 11,
  "database or disk is full": 13,
  "unable to open database file": 14,
  "locking protocol": SQLITE_PROTOCOL,
  "file is not a database": 26,
};

/** The primary result code of an error that SQLite raised; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, sqliteExtendedCode } = error as { errcode?: number; sqliteExtendedCode?: number };
  const code = errcode ?? sqliteExtendedCode ?? CODE_BY_MESSAGE[error.message];
  return code === undefined ? undefined : code & 0xff;
}

/** Whether the error only says that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED || code === SQLITE_PROTOCOL;
}

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

/**
 * Runs `action` until no other process holds the lock, at most `limitMs`; then the lock's error comes through. The
 * pauses between tries leave the process free to serve others.
 * https://www.sqlite.org/rescode.html#busy
 */
export async function whenUnlocked<T>(limitMs: number, action: () => T): Promise<T> {
  const end = performance.now() + limitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
    await sleep(pause * (0.5 + Math.random()));
  }
}

const LOCKED = "Another program keeps the store locked. End what it does there, or the program, and try again.";

const STORE_ERRORS: Record<number, [StoreErrorCode, string]> = {
  5: ["store_locked", LOCKED],
  6: ["store_locked", LOCKED],
  8: ["read_only_store", "The store cannot be written. Check the permissions of its file and folder."],
  10: ["io_error", "The disk failed to read or write the store. Check the disk."],
  11: ["corrupt", "The store's file is damaged. Keep a copy of it and restore a backup."],
  13: ["storage_full", "The disk is full. Free some space; nothing was lost."],
  14: ["io_error", "The store's file cannot be opened. Check that its folder exists and can be written."],
  15: ["store_locked", LOCKED],
  26: ["not_a_store", "The file is not a store of this program. Choose another file or restore a backup."],
};

/** Errors of the file system, as the SQLite codes that mean the same. */
const SYSTEM_ERRORS: Record<string, number> = {
  EACCES: 8,
  EPERM: 8,
  EROFS: 8,
  ENOSPC: 13,
  EDQUOT: 13,
  ENOENT: 14,
  ENOTDIR: 14,
  EISDIR: 14,
  EIO: 10,
};

/** The error for the person who opens, copies or checks a store; errors of other kinds come back unchanged. */
export function toStoreError(error: unknown): unknown {
  const known = STORE_ERRORS[sqliteCode(error) ?? systemCode(error) ?? -1];
  return known ? new StoreError(known[0], known[1], { cause: error }) : error;
}

function systemCode(error: unknown): number | undefined {
  return error instanceof Error ? SYSTEM_ERRORS[(error as NodeJS.ErrnoException).code ?? ""] : undefined;
}

/**
 * The error for a client of a running store; errors of other kinds come back unchanged. None of these faults passes by
 * trying again at once, so none has a status that clients repeat: they would do so for minutes.
 */
export function toStatusError(error: unknown): unknown {
  const known = toStoreError(error);
  if (!(known instanceof StoreError)) return error;
  const damaged = known.code === "corrupt" || known.code === "not_a_store";
  return new StatusError(damaged ? status.DATA_LOSS : status.FAILED_PRECONDITION, known.message, known.code);
}
