import { status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import { checkStoreSchema } from "./schema.js";
import { type Connection, openConnection } from "./sqlite.js";

/**
 * A connection whose reads all see the state of the file at its first read. Must be released.
 * https://www.sqlite.org/isolation.html
 */
export interface ReadSnapshot {
  connection: Connection;
  release(): void;
}

/** The snapshots of one file. */
export interface SnapshotPool {
  /**
   * Throws RESOURCE_EXHAUSTED when too many are in use, FAILED_PRECONDITION when a newer program upgraded the store.
   */
  acquire(): ReadSnapshot;
  close(): void;
}

const MAX_IDLE_SNAPSHOTS = 8;
/** Each snapshot is a connection with two open files. */
const MAX_SNAPSHOTS = 200;
/** Readers wait only while the write-ahead log is being reset. */
const WAIT_MS = 250;

/** Creates the pool. Connections are opened when they are needed; up to eight idle ones are reused. */
export function createSnapshotPool(file: string): SnapshotPool {
  const idle: Connection[] = [];
  let acquired = 0;
  let closed = false;

  const release = (connection: Connection): void => {
    acquired--;
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
    acquire() {
      if (acquired >= MAX_SNAPSHOTS) {
        throw new StatusError(status.RESOURCE_EXHAUSTED, "Too many transactions and queries run at the same time.");
      }
      const connection = idle.pop() ?? openConnection(file, { waitMs: WAIT_MS });
      acquired++;
      try {
        connection.run("BEGIN");
        checkStoreSchema(connection);
      } catch (error) {
        release(connection);
        throw error;
      }
      return { connection, release: () => release(connection) };
    },
    close() {
      closed = true;
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}
