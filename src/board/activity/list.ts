import type { Call } from "../core/call.js";
import { readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { activityDocument } from "../model/activity.js";
import { activityEntry } from "./view.js";

/** The arguments of board_get_activity. */
export interface ListActivity {
  project_id?: string | undefined;
  task_id?: string | undefined;
  session_id?: string | undefined;
  agent_name?: string | undefined;
  action?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** The activity log, newest first, under any combination of filters (docs/contracts.md 3, board_get_activity). One round trip. */
export async function listActivity(call: Call, { limit, cursor, ...filters }: ListActivity) {
  const page = await readPage(call, [{ shape: "activity", values: filters }], { limit, cursor }, { activity: filters });
  const { rows, warnings } = readDocuments(activityDocument, "entry", page.documents);
  return withWarnings({ entries: rows.map(activityEntry), next_cursor: page.next_cursor }, warnings);
}
