import type { HttpBindings } from "@hono/node-server";
import type { Log } from "../log.js";

/** One request with its answer, for the log. */
export interface Exchange {
  /** Who is calling, once that is known. */
  principal: string | null;
  /** What is asked for: the name of an offered tool, or a method of MCP. */
  tool: string | null;
  /** How it ended: `ok`, or a code of a tool's error or of a refusal. */
  code: string;
  /** Resolves when the answer was sent, or the connection was lost. */
  readonly over: Promise<void>;
}

/** The requests that are being answered. */
export interface Exchanges {
  begin(bindings: HttpBindings): Exchange;
  /** Resolves when none is being answered any more. */
  idle(): Promise<void>;
}

/** Writes a line for each request that has ended: who, what, how, and how long; never arguments or tokens. */
export function createExchanges(log: Log, now: () => Date): Exchanges {
  const open = new Set<Promise<void>>();
  return {
    begin({ outgoing }) {
      const begun = now().getTime();
      const over = new Promise<void>((resolve) => {
        if (outgoing.closed) resolve();
        else outgoing.once("close", resolve);
      });
      const exchange: Exchange = { principal: null, tool: null, code: "ok", over };
      const logged = over.then(() => {
        open.delete(logged);
        const { principal, tool, code } = exchange;
        const sent = outgoing.writableFinished;
        const status = outgoing.headersSent ? outgoing.statusCode : null;
        log("info", "request", {
          principal,
          tool,
          code: sent ? code : "connection_lost",
          status,
          ms: now().getTime() - begun,
        });
      });
      open.add(logged);
      return exchange;
    },
    async idle() {
      while (open.size > 0) await Promise.allSettled(open);
    },
  };
}
