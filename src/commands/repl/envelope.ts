import { z } from "zod";
import type { Incoming } from "./documents.js";
import { readYaml, writeYaml } from "./yaml.js";

/** A request, as its envelope carries it. */
export interface Request {
  requestId: string;
  method: string;
  params: Record<string, unknown>;
}

/** The codes that only the REPL has; the others are those of the tools (docs/contracts.md 5). */
export type ReplErrorCode = "invalid_envelope" | "method_not_found" | "invalid_parameter" | "storage_error";

/** The answer to a request. `requestId` is null when the envelope does not name it. */
export type Response =
  | { type: "result"; payload: { requestId: string; result: unknown } }
  | { type: "error"; payload: ErrorPayload };

/** The payload of an error envelope. */
export interface ErrorPayload {
  requestId: string | null;
  code: string;
  message: string;
  details: Record<string, unknown>;
}

const Envelope = z.strictObject({
  type: z.literal("request"),
  payload: z.strictObject({
    requestId: z.string().min(1).max(1_000),
    method: z.string().min(1).max(1_000),
    params: z.record(z.string(), z.unknown()).nullable().default(null),
  }),
});
const Named = z.object({ payload: z.object({ requestId: z.string().max(1_000) }) });

/** Reads a request; null when the document is empty, an `invalid_envelope` response when it is anything else. */
export function readRequest({ text, format, tooLarge }: Incoming): Request | Response | null {
  if (tooLarge) return invalidEnvelope(null, "The document is too large.");
  try {
    const read: unknown = format === "json" ? JSON.parse(text) : readYaml(text);
    return read === undefined ? null : checkEnvelope(read);
  } catch (error) {
    // Every parse error is the document's fault: it is answered, and the loop goes on.
    const why = error instanceof Error && error.constructor === Error ? error.message : "its structure cannot be read";
    return invalidEnvelope(null, `The document cannot be read: ${why}.`);
  }
}

function checkEnvelope(read: unknown): Request | Response {
  const parsed = Envelope.safeParse(read);
  if (parsed.success) return { ...parsed.data.payload, params: parsed.data.payload.params ?? {} };
  const named = Named.safeParse(read);
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join(".") || "envelope";
  const why =
    issue?.code === "unrecognized_keys" ? "has a key that does not belong there" : "is missing or of a wrong kind";
  return invalidEnvelope(named.success ? named.data.payload.requestId : null, `${where} ${why}.`);
}

function invalidEnvelope(requestId: string | null, message: string): Response {
  return errorResponse(requestId, "invalid_envelope", message, {
    hint: "Send {type: request, payload: {requestId, method, params}} as YAML that ends at a line ---, or as one line of JSON",
  });
}

/** An error envelope. */
export function errorResponse(
  requestId: string | null,
  code: ReplErrorCode | (string & {}),
  message: string,
  details: Record<string, unknown>,
): Response {
  return { type: "error", payload: { requestId, code, message, details } };
}

/** A response in the request's format: one line of JSON, or YAML that ends at a line `---`. */
export function writeResponse(response: Response, format: Incoming["format"]): string {
  return format === "json" ? `${JSON.stringify(response)}\n` : `${writeYaml(response)}---\n`;
}
