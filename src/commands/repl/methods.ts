import { z } from "zod";
import { type Boundary, runTool } from "../../calls/run-call.js";
import type { Tool } from "../../tools/define.js";
import { LOG_TOOLS } from "../../tools/log/index.js";
import { errorResponse, type ReplErrorCode, type Request, type Response } from "./envelope.js";

const PREFIX = "workflow.sessionlog.";

/** sessionlog_open_session -> workflow.sessionlog.openSession */
function methodOf(tool: string): string {
  const name = tool.replace(/^sessionlog_/, "");
  return PREFIX + name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The methods of the session-log document: each is a tool under another name. */
const METHODS: ReadonlyMap<string, Tool> = new Map(LOG_TOOLS.map((tool) => [methodOf(tool.name), tool]));

/** An error as the boundary answers it. */
const Refusal = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What the store's failures are called here; `reason` in the details says which it was. */
const STORAGE = [
  "conflict",
  "corrupt_document",
  "index_missing",
  "permission_denied",
  "unavailable",
  "deadline_exceeded",
];

/** Runs one request to its answer; never throws for anything that a request can cause. */
export async function answer(request: Request, boundary: Boundary, cancelled: AbortSignal): Promise<Response> {
  const { requestId, method, params } = request;
  const tool = METHODS.get(method);
  if (!tool)
    return errorResponse(requestId, "method_not_found", "There is no such method.", {
      hint: `Methods: ${[...METHODS.keys()].join(", ")}`,
    });
  const { isError, structuredContent, content } = await runTool(tool, params, boundary, { cancelled });
  if (!isError) return { type: "result", payload: { requestId, result: structuredContent } };
  const text = content[0]?.type === "text" ? content[0].text : "";
  const { code, message, hint, details } = Refusal.parse(JSON.parse(text)).error;
  return errorResponse(requestId, codeHere(code), inMethods(message), {
    hint: inMethods(hint),
    ...textsInMethods(details),
    ...(STORAGE.includes(code) ? { reason: code } : {}),
  });
}

function codeHere(code: string): ReplErrorCode | (string & {}) {
  if (code === "invalid_argument") return "invalid_parameter";
  return STORAGE.includes(code) ? "storage_error" : code;
}

/** Calls the tools that a text names by their names here. */
function inMethods(text: string): string {
  return text.replaceAll(/\bsessionlog_[a-z]+(?:_[a-z]+)*/g, methodOf);
}

function textsInMethods(details: Record<string, unknown> = {}): Record<string, unknown> {
  return typeof details.hint === "string" ? { ...details, hint: inMethods(details.hint) } : details;
}
