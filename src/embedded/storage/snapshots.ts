import { status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import { checkForm } from "./schema.js";
import { type Connection, openConnection } from "./sqlite.js";

/**
 * A connection whose reads all see the moment of its first read. Must be given back.
 * https://www.sqlite.org/isolation.html
 */
export interface Snapshot {
  connection: Connection;
  release(): void;
}

/** Lends snapshots of one file. */
export interface Snapshots {
  /** Throws RESOURCE_EXHAUSTED when too many are lent, and FAILED_PRECONDITION when a newer program took the store. */
  borrow(): Snapshot;
  close(): void;
}

const MAX_IDLE_SNAPSHOTS = 8;
/** Each snapshot is a connection with two open files. */
const MAX_SNAPSHOTS = 200;
/** Readers wait only while the log is being started anew. */
const WAIT_MS = 250;

/** Connections are opened when they are needed, and a few are kept for the next. */
export function createSnapshots(file: string): Snapshots {
  const idle: Connection[] = [];
  let lent = 0;
  let closed = false;

  const giveBack = (connection: Connection): void => {
    lent--;
    try {
      connection.rollback();
    } catch (error) {
      connection.close();
      throw error;
    }
    if (closed || idle.length >= MAX_IDLE_SNAPSHOTS) connection.close();
    else idle.push(connection);
  };

  return {
    borrow() {
      if (lent >= MAX_SNAPSHOTS) {
        throw new StatusError(status.RESOURCE_EXHAUSTED, "Too many transactions and queries run at the same time.");
      }
      const connection = idle.pop() ?? openConnection(file, { waitMs: WAIT_MS });
      lent++;
      try {
        connection.run("BEGIN");
        checkForm(connection);
      } catch (error) {
        giveBack(connection);
        throw error;
      }
      return { connection, release: () => giveBack(connection) };
    },
    close() {
      closed = true;
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}
