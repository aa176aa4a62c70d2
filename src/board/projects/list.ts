import { MASKS, type Mask } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { fitItems, readItems } from "../core/list-answer.js";
import { type Bucket, readPage } from "../core/paging.js";
import { withWarnings } from "../core/result.js";
import { PRIORITIES, TASK_STATUSES } from "../model/enums.js";
import { maskedProject } from "../model/masked.js";
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
  const page = await pageOfProjects(call, args, MASKS.projects.row);
  const found = readItems(maskedProject.row, "project", page);
  const { rows, next_cursor, warnings } = fitItems(call.answer, found, (project) => ({
    ...projectView(project),
    ...LARGEST_COUNTS,
  }));
  const projects = await Promise.all(rows.map(async (row) => ({ ...row, ...(await taskCounts(call, row.id)) })));
  return withWarnings({ projects, next_cursor }, warnings);
}

/** What the counts of a project take at most: they are read only of those that fit. */
const LARGEST_COUNTS = countsView(Object.fromEntries(TASK_STATUSES.map((status) => [status, 999_999_999])));

/** The same projects with their names alone. One round trip. */
export async function namesOfProjects(call: Call, args: ListProjects) {
  return readItems(maskedProject.name, "project", await pageOfProjects(call, args, MASKS.projects.name));
}

async function pageOfProjects(call: Call, { status, limit, cursor }: ListProjects, mask: Mask) {
  const buckets: Bucket[] = [
    ...PRIORITIES.map<Bucket>((priority) => ({ shape: "projectsByPriority", values: { priority, status }, mask })),
    {
      shape: "projectsOfUnknownPriority",
      values: { priority: [...PRIORITIES] },
      mask,
      keep: (document) => status === undefined || document.get("status") === status,
    },
  ];
  return await readPage(call, buckets, { limit, cursor }, { projects: { status } });
}
