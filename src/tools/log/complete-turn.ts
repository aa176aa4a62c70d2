import { completeTurn } from "../../board/turn-log/finish.js";
import { CHANGES, defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { ended, longText, turn } from "./schema.js";

export default defineTool({
  name: "sessionlog_complete_turn",
  title: "Complete a turn",
  description: "End the open turn as completed, with its response; nothing can be changed in it afterwards.",
  annotations: { ...CHANGES, idempotentHint: false },
  input: writeInput({ ...turn, response: longText.optional() }),
  output: ended("completed"),
  handler: completeTurn,
});
