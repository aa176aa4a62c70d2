import { z } from "zod";
import { querySessions } from "../../board/telemetry/query.js";
import { defineTool, READS } from "../define.js";
import { label, leader, rows } from "./schema.js";

export default defineTool({
  name: "sessionQuery",
  title: "Find sessions",
  description:
    "Context and board sessions, latest start first. Find one by its id in the answer: there is no id filter.",
  annotations: READS,
  input: z.strictObject({
    agentName: leader.optional(),
    storyId: label.optional(),
    activeOnly: z.boolean().default(false),
    limit: z.int().min(1).max(1_000).default(50),
    offset: z.int().min(0).default(0),
  }),
  output: rows,
  handler: querySessions,
  degraded: () => ({ sessions: [], degraded: true as const }),
});
