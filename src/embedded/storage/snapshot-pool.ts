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
   * Throws RESOURCE_EXHAUSTED when too many are in use, FAILED_PRECONDITION when a newer program upgraded the store, and
   * what `problem` gives when the store must not be read.
   */
  acquire(): ReadSnapshot;
  close(): void;
}

const MAX_IDLE_SNAPSHOTS = 8;
/** Each snapshot is a connection with two open files. */
const MAX_SNAPSHOTS = 200;

/**
 * Creates the pool. Connections are opened when they are needed; up to eight idle ones are reused. `problem` is asked when a
 * snapshot was taken: a file that is still there then was there when its connection was opened.
 */
export function createSnapshotPool(file: string, problem: () => Error | undefined): SnapshotPool {
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

  const open = (): Connection => {
    try {
      return openConnection(file);
    } catch (error) {
      throw problem() ?? error;
    }
  };

  return {
    acquire() {
      if (acquired >= MAX_SNAPSHOTS) {
        throw new StatusError(status.RESOURCE_EXHAUSTED, "Too many transactions and queries run at the same time.");
      }
      const connection = idle.pop() ?? open();
      acquired++;
      try {
        connection.run("BEGIN");
        checkStoreSchema(connection);
        const found = problem();
        if (found) throw found;
      } catch (error) {
        release(connection);
        throw problem() ?? error;
      }
      return { connection, release: () => release(connection) };
    },
    close() {
      closed = true;
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}
