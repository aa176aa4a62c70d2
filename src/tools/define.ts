import type { z } from "zod";
import type { Call } from "../board/core/call.js";
import type { ErrorCode } from "../board/core/errors.js";
import type { SignOfLife } from "../board/sessions/heartbeat-timer.js";

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

/** The argument of a tool that names a project. */
export interface ProjectArgument {
  argument: "project_id" | "projectId";
  /**
   * When a server of one project fills it in: always; unless the call names a task; or never, where it names a target.
   */
  fill: "always" | "without_task" | "never";
}

/** The heartbeat of a write that may name its session in `session_id`. */
export function named(args: { session_id?: string | undefined }): SignOfLife {
  return { session_id: args.session_id, opened: false };
}

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
  /** The workflow hangs on it: hosts that defer tools are asked to load it with the list. */
  alwaysLoad?: true;
  /** A strict object: an unknown argument is an error, never dropped. */
  input: I;
  /** What the result is cut to. */
  output: O;
  handler(call: Call, args: z.output<I>): Promise<z.input<O>>;
  /** On tools that write: what the call shows to be alive, as its arguments or result name it. */
  heartbeat?(args: z.output<I>, result: z.output<O>): SignOfLife;
  /** The caller takes part in a session from now on: over HTTP each call is another participant. */
  takesPart?: true;
  /** On tools with an argument that names a project: which it is, and when a server of one project fills it in. */
  project?: ProjectArgument;
  /**
   * On tools that agents must not depend on: what to answer, instead of an error, when the store fails or takes too
   * long.
   */
  degraded?(call: Unfinished<z.output<I>>): z.input<O>;
  /** On long work in the background: it waits for no other call over its connection, and none waits for it. */
  standsAlone?: true;
  /** A second content item after the JSON: text that the agent is to pass on as it is. */
  text?(result: z.output<O>): string;
}

/** Declares a tool, with its arguments and result inferred from its schemas. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(tool: Tool<I, O>): Tool<I, O> {
  return tool;
}
