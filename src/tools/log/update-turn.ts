import { z } from "zod";
import { TURN_LIMITS } from "../../board/model/turn.js";
import { updateTurn } from "../../board/turn-log/update.js";
import { CHANGES, defineTool } from "../define.js";
import { nullableText, requiredText, writeInput } from "../schema.js";
import { logLabel, longText, turn } from "./schema.js";

export default defineTool({
  name: "sessionlog_update_turn",
  title: "Update a turn",
  description:
    "Set what the open turn says, how you read the request and its tokens; tags and contextList add to what is there.",
  annotations: CHANGES,
  input: writeInput({
    ...turn,
    response: longText.optional(),
    interpretation: longText.optional(),
    tokenCount: z.int().min(0).optional(),
    tags: z.array(logLabel).max(TURN_LIMITS.tags.turn).optional(),
    contextList: z.array(requiredText(TURN_LIMITS.context.entry)).max(TURN_LIMITS.context.entries).optional(),
  }),
  output: z.object({ turnRequestId: z.string(), status: z.literal("in_progress"), lastUpdated: nullableText }),
  handler: updateTurn,
});
