import type { Call } from "../core/call.js";
import { changedFields, pick } from "../core/changed-fields.js";
import { BoardError } from "../core/errors.js";
import { existingProject } from "../core/existing.js";
import { refuseStale } from "../core/if-updated-at.js";
import { checkMetadataSize, type Metadata, mergeMetadata, mergeStored } from "../core/metadata.js";
import { write } from "../core/write.js";
import type { Priority, ProjectStatus } from "../model/enums.js";
import type { Project } from "../model/project.js";
import { nextProjectStatuses } from "./transitions.js";
import { projectView } from "./view.js";

/** The arguments of board_update_project. */
export interface UpdateProject {
  project_id: string;
  name?: string | undefined;
  description?: string | null | undefined;
  status?: ProjectStatus | undefined;
  priority?: Priority | undefined;
  metadata?: Metadata | undefined;
  if_updated_at?: string | undefined;
}

/**
 * Changes a project (docs/contracts.md 3, board_update_project); when nothing would change, nothing is written or
 * logged.
 */
export async function updateProject(call: Call, args: UpdateProject) {
  const ref = call.store.ref("projects", args.project_id);
  return await write(call, async ({ tx, get, log, now }) => {
    const [snapshot] = await get([ref]);
    const project = existingProject(snapshot, args.project_id);
    refuseStale("project", project.id, project.updated_at, args.if_updated_at, () => projectView(project));
    const wanted = wantedProject(project, args);
    const changes = changedFields(project, wanted);
    const result = { id: project.id, name: wanted.name ?? project.name, status: wanted.status ?? project.status };
    if (changes.length === 0) return { ...result, changes, message: "Nothing to change" };

    if (wanted.metadata && args.metadata) wanted.metadata = mergeStored(snapshot?.get("metadata"), args.metadata);
    tx.update(ref, { ...pick(wanted, changes), updated_at: now() });
    const moved = changes.includes("status") ? { from: project.status, to: wanted.status } : {};
    log({
      action: "updated",
      agent_name: null,
      project_id: project.id,
      details: `Project updated: ${changes.join(", ")}`,
      metadata: { changes, ...moved },
    });
    return { ...result, changes, message: "Project updated" };
  });
}

function wantedProject(project: Project, args: UpdateProject): Partial<Project> {
  const { project_id: _, if_updated_at: __, metadata, ...given } = args;
  const { status, description } = given;
  const fields = { ...given, ...(description === undefined ? {} : { description: description || null }) };
  if (status !== undefined && status !== project.status && !nextProjectStatuses(project.status).includes(status))
    throw new BoardError(
      "invalid_transition",
      `A project cannot go from ${project.status} to ${status}.`,
      `Possible next: ${nextProjectStatuses(project.status).join(", ")}.`,
    );
  if (metadata === undefined) return fields as Partial<Project>;
  const merged = mergeMetadata(project.metadata, metadata);
  checkMetadataSize("metadata", merged);
  return { ...fields, metadata: merged } as Partial<Project>;
}
