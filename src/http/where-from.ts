import type { HttpConfig } from "../config.js";
import { Refusal } from "./refusal.js";

/** Names of this machine itself; who asks for one of these found it without a name service that could lie. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether only this machine reaches a host that is listened on. Pure. */
export function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$|^::1$|^localhost$/i.test(host);
}

/** What decides whether a request may come from where it says that it comes from. */
export interface Places {
  /** Names in the Host header, in lower case and without ports. */
  hosts: ReadonlySet<string>;
  /** Origins of web pages besides those of the host that was asked. */
  origins: ReadonlySet<string>;
}

/** The places that a configuration allows. Pure. */
export function allowedPlaces({ host, publicUrl, allowedHosts, allowedOrigins }: HttpConfig): Places {
  const own = host.includes(":") ? `[${host}]` : host.toLowerCase();
  const behind = publicUrl === null ? [] : [new URL(publicUrl)];
  return {
    hosts: new Set([...LOOPBACK, own, ...behind.map(({ hostname }) => hostname), ...allowedHosts]),
    origins: new Set([...behind.map(({ origin }) => origin), ...allowedOrigins]),
  };
}

/**
 * Refuses a request for a name that is not this server's, which a web page can make a browser send by a name of its own
 * (DNS rebinding), and one from a web page elsewhere. Programs send no Origin, and pass. Throws Refusal (403). Pure.
 */
export function refusePlace(headers: Headers, { hosts, origins }: Places): void {
  const host = urlOf(`http://${headers.get("host") ?? ""}`);
  if (!host || !hosts.has(host.hostname))
    throw new Refusal(
      403,
      "forbidden_host",
      "The Host header names another server. FIREBOARD_ALLOWED_HOSTS adds names.",
    );
  const origin = headers.get("origin");
  if (origin === null || origins.has(origin) || urlOf(origin)?.host === host.host) return;
  throw new Refusal(
    403,
    "forbidden_origin",
    "Web pages of this origin may not call. FIREBOARD_ALLOWED_ORIGINS adds some.",
  );
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
