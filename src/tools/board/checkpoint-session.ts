import { z } from "zod";
import { checkpointSession } from "../../board/sessions/end.js";
import { CHANGES, defineTool, named } from "../define.js";
import { handoffNotes, id, metadata, ownName, summary, warnings, writeInput } from "../schema.js";

export default defineTool({
  name: "board_checkpoint_session",
  title: "Save session progress",
  description: "Save notes while you work, so that a crash loses nothing. context_artifacts merge by key.",
  annotations: CHANGES,
  input: writeInput({
    session_id: id,
    agent_name: ownName,
    progress_summary: summary.optional(),
    handoff_notes: handoffNotes.optional(),
    context_artifacts: metadata.optional(),
  }),
  output: z.object({ session_id: z.string(), status: z.string(), warnings, message: z.string() }),
  handler: (call, { agent_name: _, ...args }) => checkpointSession(call, args),
  heartbeat: named,
});
