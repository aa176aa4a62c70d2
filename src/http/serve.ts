import type { Authenticate } from "../access/authenticate.js";
import type { HttpConfig } from "../config.js";
import { createMcpOverHttp, type McpOverHttpOptions } from "../mcp/http.js";
import { createApp } from "./app.js";
import { createExchanges } from "./exchange.js";
import { listen } from "./listen.js";
import { createRates } from "./rates.js";
import { createReadiness } from "./readiness.js";

/** Milliseconds that running calls may take to end once a signal came; closing the store comes after them. */
const PATIENCE_MS = 6_000;

/** What is served over HTTP, and to whom. */
export interface StartHttpOptions extends McpOverHttpOptions {
  config: HttpConfig;
  authenticate: Authenticate;
}

/** A board that is served over HTTP. */
export interface HttpServing {
  /** Where it listens. */
  url: string;
  /** Takes no further calls, lets running ones end for 6 s, and closes every connection. */
  stop(): Promise<void>;
}

/** Serves the board over HTTP. Rejects with the system's error when it cannot listen. */
export async function startHttp(options: StartHttpOptions): Promise<HttpServing> {
  const { config, authenticate, runtime, log, store } = options;
  let stopping = false;
  const mcp = createMcpOverHttp(options);
  const exchanges = createExchanges(log, runtime.now);
  const isReady = createReadiness(async () => (await store()).ref("projects", "none").get(), runtime.now);
  const app = createApp({
    config,
    mcp,
    authenticate,
    exchanges,
    rates: createRates(config),
    isReady,
    isStopping: () => stopping,
    log,
  });
  const listening = await listen(app, config);
  return {
    url: listening.url,
    async stop() {
      stopping = true;
      listening.stop();
      const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
      await Promise.race([exchanges.idle(), patience]);
      await mcp.close();
      listening.close();
    },
  };
}
