import { z } from "zod";
import { SECTIONS } from "../../board/agent-context/scopes.js";
import { sessionInit } from "../../board/agent-context/session-init.js";
import { LIMITS } from "../../board/model/limits.js";
import { defineTool } from "../define.js";
import {
  agentName,
  boundedText,
  emptyMeansSomething,
  freeForm,
  id,
  nullableText,
  omitted,
  requiredText,
} from "../schema.js";

const sections = Object.fromEntries(SECTIONS.map((section) => [section, freeForm.optional()])) as Record<
  (typeof SECTIONS)[number],
  z.ZodOptional<typeof freeForm>
>;

export default defineTool({
  name: "session_init",
  title: "Begin: everything in one call",
  description:
    "Open tasks, working state and advice in one call. With agent_id, sections that you already have are skipped. scope: standard, full or resume.",
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    agent_id: agentName.optional().describe("what you call yourself, every time"),
    model: requiredText(LIMITS.title).optional(),
    provider: requiredText(LIMITS.agentName).optional(),
    intent: emptyMeansSomething(
      boundedText(LIMITS.title).optional().describe('what you are about to do, shown to other agents; "" clears'),
    ),
    scope: z.string().max(40).default("standard"),
    project_id: id.optional(),
  }),
  output: z.object({
    project_id: nullableText,
    scope: z.string(),
    scope_warning: z.string().optional(),
    session_id: nullableText,
    cross_project_alerts: z.array(freeForm),
    agent_awareness: z.array(freeForm),
    tool_integrity_alert: z.object({ previous: z.string(), current: z.string() }).nullable(),
    ...sections,
    omitted: omitted.optional(),
  }),
  handler: sessionInit,
  heartbeat: (_, { session_id }) => ({ session_id: session_id ?? undefined, opened: true }),
  project: { argument: "project_id", fill: "always" },
});
