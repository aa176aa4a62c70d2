import type { z } from "zod";
import type { Call } from "../board/core/call.js";
import type { ErrorCode } from "../board/core/errors.js";

/** The hints that hosts use to ask for consent (MCP specification, ToolAnnotations); all four, always. */
export interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

const closed = { openWorldHint: false };
/** Reads, and really writes nothing. */
export const READS: Annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, ...closed };
/** Adds something new with each call. */
export const ADDS: Annotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, ...closed };
/** Changes what is there; the same call again changes nothing more. */
export const CHANGES: Annotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, ...closed };

/** A call that the store did not let finish, or not in time. */
export interface Unfinished<A> {
  args: A;
  /** Why, as the code that an error would carry. */
  reason: ErrorCode;
  /** What the call had reported as done by then; 0 when it reports nothing. */
  done: number;
  now: Date;
}

/** A tool: what the agent sees of it, and one call into the board. */
export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** At most 32 characters of [A-Za-z0-9_]. */
  name: string;
  /** For people. */
  title: string;
  /** For the model: one line. */
  description: string;
  annotations: Annotations;
  /** A strict object: an unknown argument is an error, never dropped. */
  input: I;
  /** What the result is cut to. */
  output: O;
  handler(call: Call, args: z.output<I>): Promise<z.input<O>>;
  /** On tools that open a session or take a lease: the session that the result opened, kept alive from now on. */
  opens?(result: z.output<O>): { session_id?: string };
  /** On tools that agents must not depend on: what to answer, instead of an error, when the store fails or takes too long. */
  degraded?(call: Unfinished<z.output<I>>): z.input<O>;
  /** A second content item behind the JSON: text that the agent is to pass on as it is. */
  text?(result: z.output<O>): string;
}

/** Declares a tool, with its arguments and result inferred from its schemas. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(tool: Tool<I, O>): Tool<I, O> {
  return tool;
}
