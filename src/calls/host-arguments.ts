/**
 * Arguments that hosts add to the calls of every tool, for themselves. They are dropped where a tool does not declare
 * them; no model asked for them, and a refusal would stop every call of that host. Add one with its source only.
 */
export const HOST_ARGUMENTS: ReadonlySet<string> = new Set([
  // Gemini CLI, a hint to its scheduler: https://github.com/google-gemini/gemini-cli/issues/27403
  "wait_for_previous",
  // Cline, its list of what is to be done: https://github.com/cline/cline/issues/10426
  "task_progress",
  // n8n, the model's id of the call: https://github.com/n8n-io/n8n/issues/21500
  "toolCallId",
]);
