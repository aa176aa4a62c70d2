import type { Call } from "../core/call.js";
import { fitItems, readItems } from "../core/list-answer.js";
import { type Bucket, readPage } from "../core/paging.js";
import { withWarnings } from "../core/result.js";
import { PRIORITIES, TASK_STATUSES } from "../model/enums.js";
import { projectDocument } from "../model/project.js";
import { countsView, projectView, taskCounts } from "./view.js";

/** The arguments of board_get_projects. */
export interface ListProjects {
  status?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Projects by priority, then the latest changed first, each with its task counts (docs/contracts.md 3,
 * board_get_projects). As many as the answer has room for. Two round trips.
 */
export async function listProjects(call: Call, args: ListProjects) {
  const found = await pageOfProjects(call, args);
  const { rows, next_cursor, warnings } = fitItems(call.answer, found, (project) => ({
    ...projectView(project),
    ...LARGEST_COUNTS,
  }));
  const projects = await Promise.all(rows.map(async (row) => ({ ...row, ...(await taskCounts(call, row.id)) })));
  return withWarnings({ projects, next_cursor }, warnings);
}

/** What the counts of a project take at most: they are read only of those that fit. */
const LARGEST_COUNTS = countsView(Object.fromEntries(TASK_STATUSES.map((status) => [status, 999_999_999])));

/** The same projects without their counts. One round trip. */
export async function pageOfProjects(call: Call, { status, limit, cursor }: ListProjects) {
  const buckets: Bucket[] = [
    ...PRIORITIES.map<Bucket>((priority) => ({ shape: "projectsByPriority", values: { priority, status } })),
    {
      shape: "projectsOfUnknownPriority",
      values: { priority: [...PRIORITIES] },
      keep: (document) => status === undefined || document.get("status") === status,
    },
  ];
  const page = await readPage(call, buckets, { limit, cursor }, { projects: { status } });
  return readItems(projectDocument, "project", page);
}
