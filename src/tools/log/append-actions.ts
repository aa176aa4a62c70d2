import { z } from "zod";
import { ACTION_STATUSES, TURN_LIMITS } from "../../board/model/turn.js";
import { appendActions } from "../../board/turn-log/append.js";
import { ADDS, defineTool } from "../define.js";
import { boundedText, requiredText, writeInput } from "../schema.js";
import { items, logLabel, turn } from "./schema.js";

const action = z.strictObject({
  order: z.int().min(0).optional(),
  description: requiredText(TURN_LIMITS.actionDescription),
  type: logLabel,
  status: z.enum(ACTION_STATUSES),
  filePath: boundedText(TURN_LIMITS.filePath).default(""),
});

export default defineTool({
  name: "sessionlog_append_actions",
  title: "Append actions",
  description:
    "Add what was done to the open turn: edit, create, delete, design_decision, commit, web_reference (URL in the description) and the like.",
  annotations: ADDS,
  input: writeInput({ ...turn, actions: items(action) }),
  output: z.object({ turnRequestId: z.string(), appended: z.int(), actionCount: z.int() }),
  handler: appendActions,
});
