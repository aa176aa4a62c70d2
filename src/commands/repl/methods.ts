import { type BoardError, FILE_CODES } from "../../board/core/errors.js";
import type { CallRunner } from "../../calls/call-runner.js";
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

/** What the store's failures are called here; `reason` in the details says which it was. */
const STORAGE: readonly string[] = [
  ...FILE_CODES,
  "conflict",
  "corrupt_document",
  "index_missing",
  "permission_denied",
  "unavailable",
  "deadline_exceeded",
  "rate_limited",
];

/** Runs one request to its answer; never throws for anything that a request can cause. */
export async function answer(request: Request, calls: CallRunner, cancelled: AbortSignal): Promise<Response> {
  const { requestId, method, params } = request;
  const tool = METHODS.get(method);
  if (!tool)
    return errorResponse(requestId, "method_not_found", "There is no such method.", {
      hint: `Methods: ${[...METHODS.keys()].join(", ")}`,
    });
  const outcome = await calls.run(tool, params, { client: "fireboard repl", cancelled });
  if (outcome.ok) return { type: "result", payload: { requestId, result: outcome.result } };
  const { code, message, hint, details } = outcome.error;
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

function textsInMethods(details: BoardError["details"] = {}): Record<string, unknown> {
  return typeof details.hint === "string" ? { ...details, hint: inMethods(details.hint) } : details;
}
