import { z } from "zod";
import { SEARCH_KINDS } from "../../board/search/findable.js";
import { search } from "../../board/search/search.js";
import { defineTool, READS } from "../define.js";
import { id, limit, requiredText, warnings } from "../schema.js";

export default defineTool({
  name: "board_search",
  title: "Search the board",
  description: "Find tasks, sessions and activity by words.",
  annotations: READS,
  input: z.strictObject({
    query: requiredText(500),
    project_id: id.optional(),
    kinds: z.array(z.enum(SEARCH_KINDS)).min(1).max(SEARCH_KINDS.length).optional(),
    limit,
  }),
  output: z.object({
    hits: z.array(
      z.object({
        kind: z.enum(SEARCH_KINDS),
        id: z.string(),
        project_id: z.string().optional(),
        title: z.string(),
        snippet: z.string(),
        score: z.number(),
      }),
    ),
    looked_at: z.record(z.string(), z.int()),
    of: z.record(z.string(), z.int()),
    truncated: z.record(z.string(), z.boolean()),
    warnings: warnings.optional(),
  }),
  handler: search,
  project: { argument: "project_id", fill: "always" },
});
