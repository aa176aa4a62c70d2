import { z } from "zod";
import { endSession } from "../../board/sessions/end.js";
import { CHANGES, defineTool, named } from "../define.js";
import { handoffNotes, id, metadata, ownName, summary, warnings, writeInput } from "../schema.js";

export default defineTool({
  name: "board_end_session",
  title: "End a session",
  description:
    "End the session with notes for the next agent: what is done, what is open (task ids), what to do first.",
  annotations: CHANGES,
  alwaysLoad: true,
  input: writeInput({
    session_id: id,
    agent_name: ownName,
    progress_summary: summary,
    handoff_notes: handoffNotes.optional(),
    context_artifacts: metadata.optional().describe("files_modified, decisions_made, blockers, next_steps, ..."),
  }),
  output: z.object({ session_id: z.string(), status: z.string(), warnings, message: z.string() }),
  handler: (call, { agent_name: _, ...args }) => endSession(call, args),
  heartbeat: named,
});
