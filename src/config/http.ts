import { isProblem, type Problem } from "./problem.js";
import type { Values } from "./settings.js";

/** How the board is served over HTTP. */
export interface HttpConfig {
  /** The address or name to listen on. */
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Where clients reach it through a proxy, without a slash at the end; null: only where it listens. */
  publicUrl: string | null;
  /** Names in the Host header that are answered besides its own, in lower case and without ports. */
  allowedHosts: readonly string[];
  /** Origins of web pages that may call it, as browsers send them. */
  allowedOrigins: readonly string[];
  /** Calls of one principal within a minute. */
  callsPerMinute: number;
  /** Calls of one principal at a time. */
  callsAtOnce: number;
  /** The user's folder for what this machine alone knows; never in a store that others share. */
  folder: string;
}

/** What the settings say about HTTP; null when it is not asked for. */
export function httpConfig(values: Values, folder: string | null): HttpConfig | Problem | null {
  if (values.http === undefined) return null;
  if (folder === null)
    return { problem: "This system knows no home folder.", repair: "Start the server as a user that has one." };
  const [, host = "127.0.0.1", port] = /^(?:(.*):)?(\d+)$/.exec(values.http) ?? [];
  const { allowedHosts = [], allowedOrigins = [], callsPerMinute, callsAtOnce } = values;
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port),
    publicUrl: values.publicUrl?.replace(/\/+$/, "") ?? null,
    allowedHosts: allowedHosts.map((name) => name.toLowerCase()),
    allowedOrigins,
    callsPerMinute,
    callsAtOnce,
    folder,
  };
}

/** The same when a setting is not valid: a server that was to listen must not serve something else. */
export function withoutHttp(store: object, isAsked: boolean): Problem | null {
  return isAsked && isProblem(store) ? store : null;
}
