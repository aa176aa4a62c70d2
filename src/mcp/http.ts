import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Principal } from "../access/principal.js";
import { type CallRunnerOptions, createCallRunner } from "../calls/call-runner.js";
import { offeredTo } from "../calls/offered.js";
import type { Log } from "../log.js";
import type { Tool } from "../tools/define.js";
import { readMessage } from "./read-message.js";
import { createServers } from "./server.js";

/** What every call over HTTP is run with; who calls is said with each. */
export interface McpOverHttpOptions
  extends Omit<CallRunnerOptions, "toolsHash" | "principal" | "standsAlone" | "room"> {
  version: string;
  tools: readonly Tool[];
  log: Log;
}

/** Who sent a message, and who hears what became of it. */
export interface Sender {
  principal: Principal;
  /** Hears what was asked for: the name of an offered tool, or the method. */
  asked(what: string): void;
  /** Hears how a tool call ended: `ok`, or the code of its error. */
  ended(code: string): void;
}

/** MCP over HTTP, both eras, each message by itself: whichever process it reaches answers it. */
export interface McpOverHttp {
  /**
   * Answers one message, given as the text of a request's body, besides which only the headers of the request are read.
   * What is no message of MCP is 400 with a JSON-RPC error, a batch too.
   */
  answer(request: Request, body: string, sender: Sender): Promise<Response>;
  /** Ends the streams that are open, and calls of 2026-07-28 that still run: wait for running ones before. */
  close(): Promise<void>;
}

/** Streams of `subscriptions/listen` that may be open. */
const MOST_STREAMS = 256;

/** Methods that a client may ask for; the log names no others. */
const METHOD =
  /^(initialize|ping|server\/discover|(tools|resources|prompts|completion|subscriptions|notifications|logging)\/[a-z_]{1,30}(\/[a-z_]{1,30})?)$/;

/** Makes what answers MCP messages over HTTP. */
export function createMcpOverHttp(options: McpOverHttpOptions): McpOverHttp {
  const serversFor = byKindOfPrincipal((principal) =>
    createServers({ ...options, tools: offeredTo(options.tools, principal) }),
  );
  const offered = new Set(options.tools.map(({ name }) => name));
  const senders = new WeakMap<object, Sender>();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const sender = authInfo && senders.get(authInfo);
      if (!sender) throw new Error("a message without a sender");
      const { principal, ended } = sender;
      const { toolsHash, serverFor } = serversFor(principal);
      return serverFor(createCallRunner({ ...options, toolsHash, principal, standsAlone: true }), { ended });
    },
    {
      legacy: "stateless",
      maxSubscriptions: MOST_STREAMS,
      onerror: (error) => options.log("warn", "protocol_error", { message: error.message }),
    },
  );
  return {
    async answer(request, body, sender) {
      const read = readMessage(body);
      if ("refusal" in read) return Response.json(read.refusal, { status: 400 });
      if ("method" in read.message) sender.asked(nameOf(read.message, offered));
      // The SDK hands on this object alone, which no header and no argument can be.
      const authInfo = { token: "", clientId: sender.principal.id, scopes: [] };
      senders.set(authInfo, sender);
      return await handler.fetch(request, { authInfo, parsedBody: read.message });
    },
    close: handler.close,
  };
}

/** Remembers what is made for a principal; it is the same for all of a role that have given projects, or all of them. */
function byKindOfPrincipal<T>(make: (principal: Principal) => T): (principal: Principal) => T {
  const made = new Map<string, T>();
  return (principal) => {
    const kind = `${principal.role} ${principal.projects === null}`;
    const known = made.get(kind) ?? make(principal);
    made.set(kind, known);
    return known;
  };
}

/** What a message asks for, in words that are ours: a client could send any others. */
function nameOf(
  { method, params }: { method: string; params?: object | undefined },
  offered: ReadonlySet<string>,
): string {
  const tool = method === "tools/call" && params && "name" in params ? params.name : undefined;
  if (typeof tool === "string" && offered.has(tool)) return tool;
  return METHOD.test(method) ? method : "unknown";
}
