import { z } from "zod";
import { bootstrap } from "../../board/turn-log/history.js";
import { defineTool, READS } from "../define.js";

export default defineTool({
  name: "sessionlog_bootstrap",
  title: "Start the turn log",
  description: "Check that the turn log can be used. Once per process; repeating it changes nothing.",
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ initialized: z.literal(true) }),
  handler: bootstrap,
});
