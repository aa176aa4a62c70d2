/** The sections of session_init besides the alerts, in the order in which they are sent. */
export const SECTIONS = [
  "pending_tasks",
  "working_state",
  "scale_guidance",
  "more_available",
  "project_identity",
  "brain_health",
  "federation_health",
  "relevant_memories",
  "knowledge_graph",
] as const;
/** The name of a section. */
export type Section = (typeof SECTIONS)[number];

const TASKS: readonly Section[] = ["pending_tasks", "working_state", "scale_guidance"];

/** Which sections each scope has (session-tools document, "Response Sections by Scope"). */
export const SCOPES = {
  standard: [...TASKS, "more_available"],
  full: [...TASKS, "project_identity", "brain_health", "federation_health", "relevant_memories", "knowledge_graph"],
  resume: [...TASKS, "federation_health", "relevant_memories"],
} as const satisfies Record<string, readonly Section[]>;
/** A scope of session_init. */
export type InitScope = keyof typeof SCOPES;

/**
 * The scope that a caller means: `quick` is standard, and so is an unknown one, with a warning (docs/contracts.md 6).
 */
export function initScopeOf(named: string): { scope: InitScope; warning: string | null } {
  if (named === "quick") return { scope: "standard", warning: null };
  if (Object.hasOwn(SCOPES, named)) return { scope: named as InitScope, warning: null };
  return {
    scope: "standard",
    warning: `Unknown scope; standard was used. Known: ${Object.keys(SCOPES).join(", ")}, quick.`,
  };
}
