import { z } from "zod";
import { DIALOG_CATEGORIES, DIALOG_ROLES } from "../../board/model/turn.js";
import { appendDialog } from "../../board/turn-log/append.js";
import { ADDS, defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { items, longText, turn, turnTime } from "./schema.js";

const dialogItem = z.strictObject({
  timestamp: turnTime.optional(),
  role: z.enum(DIALOG_ROLES),
  content: longText,
  category: z.enum(DIALOG_CATEGORIES),
});

export default defineTool({
  name: "sessionlog_append_dialog",
  title: "Append dialog",
  description: "Add reasoning, tool calls and results, observations and decisions to the open turn, in order.",
  annotations: ADDS,
  input: writeInput({ ...turn, dialogItems: items(dialogItem) }),
  output: z.object({ turnRequestId: z.string(), appended: z.int(), dialogCount: z.int() }),
  handler: appendDialog,
});
