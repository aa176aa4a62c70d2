import { z } from "zod";
import { claimTask } from "../../board/tasks/claim.js";
import { LEASE_MINUTES } from "../../board/tasks/lease.js";
import { CHANGES, defineTool, named } from "../define.js";
import { agentName, freeForm, id, nullableText, taskRow, warnings, writeInput } from "../schema.js";

export default defineTool({
  name: "board_claim_task",
  title: "Claim a task",
  description:
    "Take a task for yourself before you work on it: the given one, or the best ready one of the project. The lease renews while you are connected.",
  annotations: { ...CHANGES, destructiveHint: false },
  alwaysLoad: true,
  input: writeInput({
    task_id: id.optional(),
    project_id: id.optional(),
    agent_name: agentName.describe("what you call yourself"),
    session_id: id.optional(),
    lease_minutes: z.int().min(1).max(1_440).default(LEASE_MINUTES).describe("until others may take it"),
  }),
  output: z.object({
    task: taskRow.extend({ description: nullableText, metadata: freeForm }).nullable(),
    held: z.array(z.string()).default([]),
    message: z.string().optional(),
    reason: z.string().optional(),
    looked_at: z.int().optional(),
    warnings: warnings.optional(),
  }),
  handler: claimTask,
  heartbeat: (args, { task }) => ({ ...named(args), opened: true, claimed: task !== null }),
  project: { argument: "project_id", fill: "without_task" },
});
