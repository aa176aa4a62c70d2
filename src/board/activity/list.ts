import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { fitItems, readItems } from "../core/list-answer.js";
import { readPage } from "../core/paging.js";
import { withWarnings } from "../core/result.js";
import { maskedEntry } from "../model/masked.js";
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

/**
 * The activity log, newest first, under any combination of filters (docs/contracts.md 3, board_get_activity), as much
 * as the answer has room for. One round trip.
 */
export async function listActivity(call: Call, { limit, cursor, ...filters }: ListActivity) {
  const page = await readPage(
    call,
    [{ shape: "activity", values: filters, mask: MASKS.activity_log.entry }],
    { limit, cursor },
    { activity: filters },
  );
  const entries = readItems(maskedEntry.entry, "entry", page);
  const { rows, next_cursor, warnings } = fitItems(call.answer, entries, activityEntry);
  return withWarnings({ entries: rows, next_cursor }, warnings);
}
