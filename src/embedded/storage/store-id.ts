import { randomBytes } from "node:crypto";
import { existsSync, realpathSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { StoreError } from "../errors.js";
import { type Connection, openConnection } from "./sqlite.js";

/*
 * A store's id says which file a log belongs to. SQLite finds a log by its name and applies it to whatever file lies
 * beside it (https://www.sqlite.org/howtocorrupt.html#unlink): a backup that is put in a store's place would be mixed with
 * the log of its predecessor. The id lies in the table `state`, on the page that every commit writes, so that a log that
 * holds anything holds it too; a backup gets an id of its own.
 */

/** Gives a store an id if it has none. Must run inside a write transaction. */
export function ensureStoreId(connection: Connection): void {
  connection.run("INSERT OR IGNORE INTO state VALUES ('id', ?)", newId());
}

/** Gives a copy of a store an id of its own. */
export function renewStoreId(connection: Connection): void {
  connection.run("UPDATE state SET value = ? WHERE key = 'id'", newId());
}

/** The id as a connection sees it, log included. Undefined where there is none. Throws SQLite's errors. */
export function storeIdOf(connection: Connection): string | undefined {
  return connection.get<{ value: string }>("SELECT value FROM state WHERE key = 'id'")?.value;
}

/** Whether a file itself, without its log, has this id. False also where it cannot be read so. */
export function fileHasId(path: string, id: string): boolean {
  return hasRows(bareUri(path), () => `FROM state WHERE key = 'id' AND value = '${id}'`);
}

/** Whether a file itself has another id. False also where it cannot be read so. */
export function fileHasOtherId(path: string, id: string): boolean {
  return hasRows(bareUri(path), () => `FROM state WHERE key = 'id' AND value <> '${id}'`);
}

/**
 * Refuses a file beside which the log of another one lies: `store_replaced`. Reads only, since even closing the last
 * connection that may write would apply the log.
 */
export function checkLogBelongs(file: string): void {
  if (!existsSync(file)) return;
  const path = realpathSync(file);
  if (!hasLog(path)) return;
  const isForeign = hasRows(path, (connection) => {
    connection.exec(`ATTACH '${bareUri(path).replaceAll("'", "''")}' AS bare`);
    return "FROM bare.state WHERE key = 'id' AND value NOT IN (SELECT value FROM main.state WHERE key = 'id')";
  });
  if (!isForeign) return;
  throw new StoreError(
    "store_replaced",
    "Beside the store's file lies the log of another file: it was replaced while it was in use. End all processes that " +
      "use it. If this stays, delete the two files beside it that end in -wal and -shm.",
  );
}

/**
 * The file without its log: https://www.sqlite.org/uri.html#uriimmutable. While snapshots keep a part of the log from being
 * applied, the file alone may be no sound database.
 */
function bareUri(path: string): string {
  return `${pathToFileURL(path).href}?immutable=1`;
}

/**
 * Whether a file surely has rows; false on any error, which who opens the file meets again. It is asked by `exec`: the driver
 * keeps a connection that has prepared statements, and its locks, for some time after it was closed. `exec` gives no rows,
 * but the error of this sum.
 */
function hasRows(file: string, from: (connection: Connection) => string): boolean {
  let connection: Connection | undefined;
  try {
    connection = openConnection(file, { readOnly: true, waitMs: WAIT_MS });
    connection.exec(`SELECT abs(-9223372036854775808) ${from(connection)}`);
    return false;
  } catch (error) {
    return error instanceof Error && error.message === "integer overflow";
  } finally {
    connection?.close();
  }
}

const WAIT_MS = 250;

function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function newId(): string {
  return randomBytes(8).toString("hex");
}
