import { z } from "zod";
import { PAGE } from "../../board/model/limits.js";
import { queryHistory } from "../../board/turn-log/history.js";
import { defineTool, READS } from "../define.js";
import { truncation, warnings } from "../schema.js";
import { agent, historyRowSchema } from "./schema.js";

export default defineTool({
  name: "sessionlog_query_history",
  title: "Browse past sessions",
  description: "List sessions, the last updated first, of one agent or of all.",
  annotations: READS,
  input: z.strictObject({
    agent: agent.optional(),
    limit: z.int().min(1).max(PAGE.max).default(10),
    offset: z.int().min(0).max(100_000).default(0),
  }),
  output: z.object({
    sessions: z.array(historyRowSchema),
    totalCount: z.int(),
    offset: z.int(),
    limit: z.int(),
    ...truncation,
    warnings: warnings.optional(),
  }),
  handler: queryHistory,
});
