import {
  isInitializeRequest,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { z } from "zod";

/** What a line says: a message, or why it is none, as the answer to it. */
export type ReadMessage = { message: JSONRPCMessage } | { refusal: JSONRPCErrorResponse };

/** MCP wants ids of text or whole numbers, and no null (specification, Base Protocol, "Requests"). */
const Id = z.union([z.string(), z.number().int()]);
const Envelope = z.looseObject({ jsonrpc: z.literal("2.0"), id: Id.optional() });
const Method = z.string().min(1);
const Params = z.looseObject({
  _meta: z.looseObject({ progressToken: z.union([z.string(), z.number()]).optional() }).optional(),
});
const Failure = z.looseObject({ code: z.number().int(), message: z.string() });

/**
 * Reads a line as one JSON-RPC message. What does not parse is refused with -32700, what is no message of MCP with -32600,
 * and parameters that are no object with -32602 (https://www.jsonrpc.org/specification#error_object): the SDK drops
 * all of these without an answer, for which their sender would wait.
 */
export function readMessage(line: string): ReadMessage {
  const value = parsed(line);
  if (value === undefined) return refused(undefined, ProtocolErrorCode.ParseError, "This line is not JSON.");
  if (Array.isArray(value)) return refused(undefined, ProtocolErrorCode.InvalidRequest, "Batches are not served.");
  const envelope = Envelope.safeParse(value);
  if (!envelope.success)
    return refused(
      undefined,
      ProtocolErrorCode.InvalidRequest,
      'A message has jsonrpc "2.0" and an id of text or number.',
    );
  const { id, method, params, result, error } = envelope.data;
  if (method === undefined && id !== undefined && (isObject(result) || Failure.safeParse(error).success))
    return { message: value as JSONRPCMessage };
  if (!Method.safeParse(method).success)
    return refused(id, ProtocolErrorCode.InvalidRequest, "A request has a method of text.");
  const message = value as JSONRPCMessage;
  // Nobody waits for an answer to a notification.
  if (id === undefined)
    return params === undefined || isObject(params) ? { message } : { message: withoutParams(message) };
  if (params !== undefined && !Params.safeParse(params).success)
    return refused(
      id,
      ProtocolErrorCode.InvalidParams,
      "params and its _meta are objects, and a progressToken is a text or a number.",
    );
  if (method === "initialize" && !isInitializeRequest(value))
    return refused(
      id,
      ProtocolErrorCode.InvalidParams,
      "initialize needs protocolVersion, capabilities and clientInfo.",
    );
  return { message };
}

/** An answer to what was refused; without an id when the line has none that can be read. */
export function refusal(id: string | number | undefined, code: number, message: string): JSONRPCErrorResponse {
  // JSON-RPC asks for null where the id could not be read; the SDK's type does not know that.
  return { jsonrpc: "2.0", id: (id ?? null) as never, error: { code, message } };
}

function refused(...of: Parameters<typeof refusal>): ReadMessage {
  return { refusal: refusal(...of) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutParams(message: JSONRPCMessage): JSONRPCMessage {
  const { params: _, ...rest } = message as { params?: unknown };
  return rest as JSONRPCMessage;
}
