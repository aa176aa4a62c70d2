import type { Call } from "../core/call.js";
import { type Bucket, readPage } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { PRIORITIES } from "../model/enums.js";
import { projectDocument } from "../model/project.js";
import { withCounts } from "./view.js";

/** The arguments of board_get_projects. */
export interface ListProjects {
  status?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Projects by priority, then the latest changed first, each with its task counts (docs/contracts.md 3, board_get_projects).
 * Two round trips.
 */
export async function listProjects(call: Call, args: ListProjects) {
  const { rows, next_cursor, warnings } = await pageOfProjects(call, args);
  const projects = await Promise.all(rows.map((project) => withCounts(call, project)));
  return withWarnings({ projects, next_cursor }, warnings);
}

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
  const { documents, next_cursor } = await readPage(call, buckets, { limit, cursor }, { projects: { status } });
  return { ...readDocuments(projectDocument, "project", documents), next_cursor };
}
