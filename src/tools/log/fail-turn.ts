import { failTurn } from "../../board/turn-log/finish.js";
import { CHANGES, defineTool } from "../define.js";
import { writeInput } from "../schema.js";
import { ended, logLabel, longText, turn } from "./schema.js";

export default defineTool({
  name: "sessionlog_fail_turn",
  title: "Fail a turn",
  description: "End the open turn as failed and say why; nothing can be changed in it afterwards.",
  annotations: { ...CHANGES, idempotentHint: false },
  input: writeInput({ ...turn, errorMessage: longText.min(1), errorCode: logLabel.optional() }),
  output: ended("failed"),
  handler: failTurn,
});
