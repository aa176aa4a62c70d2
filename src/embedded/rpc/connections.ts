import type { Http2Session } from "node:http2";

/** How many connections there may be, and how long without a call that is let in. */
export interface ConnectionLimits {
  /** Connections in all; more are closed at once. */
  all: number;
  /** Those of them on which no call was let in yet; for one more, the oldest of them is closed. */
  strangers: number;
  /** Milliseconds within which a connection must bring a call that is let in. */
  strangerMs: number;
}

/** Far more than the clients that one machine runs, and few enough for their buffers. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = { all: 500, strangers: 32, strangerMs: 20_000 };

/** The open connections of a server. */
export interface Connections {
  /** Takes a new connection in, or closes it. */
  opened(session: Http2Session): void;
  /** A call was let in on this connection. */
  known(session: Http2Session): void;
}

/**
 * Bounds the connections. Strangers never keep out a client that has the token: a new connection takes the place of the
 * oldest stranger, and a client's call comes with its connection.
 */
export function createConnections(limits: ConnectionLimits): Connections {
  let open = 0;
  /** The oldest first. */
  const strangers = new Map<Http2Session, NodeJS.Timeout>();

  function forget(session: Http2Session): void {
    clearTimeout(strangers.get(session));
    strangers.delete(session);
  }

  return {
    opened(session) {
      const [oldest] = strangers.keys();
      if (oldest && (strangers.size >= limits.strangers || open >= limits.all)) oldest.destroy();
      else if (open >= limits.all) {
        session.destroy();
        return;
      }
      open += 1;
      strangers.set(session, setTimeout(() => session.destroy(), limits.strangerMs).unref());
      session.once("close", () => {
        open -= 1;
        forget(session);
      });
    },
    known: forget,
  };
}
