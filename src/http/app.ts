import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { AccessRefusal, type Authenticate } from "../access/authenticate.js";
import type { HttpConfig } from "../config.js";
import type { Log } from "../log.js";
import type { McpOverHttp } from "../mcp/http.js";
import type { Exchange, Exchanges } from "./exchange.js";
import type { Rates } from "./rates.js";
import { readBody } from "./read-body.js";
import { Refusal, refusalResponse } from "./refusal.js";
import { allowedPlaces, refusePlace } from "./where-from.js";

/** What the routes are made of. */
export interface AppOptions {
  config: HttpConfig;
  mcp: McpOverHttp;
  authenticate: Authenticate;
  exchanges: Exchanges;
  rates: Rates;
  /** Whether the store answers. */
  isReady(): Promise<boolean>;
  /** Whether the process is about to end and takes no further calls. */
  isStopping(): boolean;
  log: Log;
}

/** Names under which tokens are put into URLs, where proxies and histories keep them. */
const TOKENS_IN_URLS = ["access_token", "token", "authorization", "auth", "api_key", "apikey", "key"];

type Env = { Bindings: HttpBindings; Variables: { exchange: Exchange; principal: Awaited<ReturnType<Authenticate>> } };

/**
 * The routes of the server, at the root and under the path of the public URL, because proxies differ in whether they
 * take it off. `/healthz` and `/readyz` answer anybody; all else wants a Host and an Origin that are known.
 */
export function createApp(options: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => {
    const refusal = asRefusal(error, options.log);
    const exchange: Exchange | undefined = c.get("exchange");
    if (exchange) exchange.code = refusal.code;
    return refusalResponse(refusal);
  });
  const routes = routesOf(options);
  app.route("/", routes);
  const { pathname } = new URL(options.config.publicUrl ?? "http://localhost");
  if (pathname !== "/") app.route(pathname, routes);
  app.notFound((c) => {
    options.exchanges.begin(c.env).code = "not_found";
    return refusalResponse(new Refusal(404, "not_found", "There is nothing here. MCP is served at /mcp."));
  });
  return app;
}

function routesOf({ config, mcp, authenticate, exchanges, rates, isReady, isStopping }: AppOptions): Hono<Env> {
  const places = allowedPlaces(config);
  const routes = new Hono<Env>();
  routes.get("/healthz", (c) => c.json({ ok: true }));
  routes.get("/readyz", async (c) => {
    const ok = !isStopping() && (await isReady());
    return c.json({ ok }, ok ? 200 : 503);
  });

  routes.use("/mcp", async (c, next) => {
    c.set("exchange", exchanges.begin(c.env));
    refusePlace(c.req.raw.headers, places);
    await next();
    if (isStopping()) c.header("connection", "close");
  });
  const pages = [...places.origins];
  if (config.allowedOrigins.length > 0)
    routes.use("/mcp", cors({ origin: pages, allowMethods: ["POST"], exposeHeaders: ["mcp-protocol-version"] }));
  routes.use("/mcp", async (c, next) => {
    if (isStopping()) throw new Refusal(503, "stopping", "The server is stopping. Call again.", { "retry-after": "1" });
    refuseTokenInUrl(c);
    if (c.req.method !== "POST")
      throw new Refusal(405, "method_not_allowed", "MCP is served by POST alone.", { allow: "POST" });
    const { exchange } = c.var;
    const principal = await authenticate(c.req.raw.headers);
    exchange.principal = principal.id;
    c.set("principal", principal);
    const end = await rates.begin(principal.id);
    void exchange.over.then(end);
    await next();
  });
  routes.post("/mcp", async (c) => {
    const { exchange, principal } = c.var;
    const response = await mcp.answer(c.req.raw, await readBody(c.req.raw), {
      principal,
      asked: (what) => {
        exchange.tool = what;
      },
      ended: (code) => {
        exchange.code = code;
      },
    });
    if (response.status >= 400) exchange.code = "refused";
    return response;
  });
  return routes;
}

function refuseTokenInUrl(c: Context<Env>): void {
  const names = Object.keys(c.req.query()).map((name) => name.toLowerCase());
  if (TOKENS_IN_URLS.some((name) => names.includes(name)))
    throw new Refusal(
      400,
      "token_in_url",
      "A token in a URL is kept by proxies and histories: send it in the Authorization header, and replace this one.",
    );
}

function asRefusal(error: unknown, log: Log): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof AccessRefusal) {
    const { status, message } = error;
    const challenge = [`Bearer realm="fireboard"`, ...error.challenge].join(", ");
    const code = { 401: "unauthenticated", 403: "forbidden", 503: "unavailable" }[status];
    return new Refusal(status, code, message, status === 401 ? { "www-authenticate": challenge } : {});
  }
  log("error", "request_failed", { stack: error instanceof Error ? error.stack : String(error) });
  return new Refusal(500, "internal", "The server failed. Its log says why.");
}
