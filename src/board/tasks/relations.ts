import type { Ref, Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { invalidArgument } from "../core/errors.js";
import { existingTask } from "../core/existing.js";
import type { Task } from "../model/task.js";
import { openProject } from "../projects/read.js";

/** The documents that a task write refers to. */
export interface Related {
  project?: string | undefined;
  parent?: string | null | undefined;
  dependencies?: readonly string[] | undefined;
}

/** The references to read for `related`, for one getAll inside the transaction. */
export function relatedRefs(call: Call, related: Related): Ref[] {
  const tasks = [...(related.parent ? [related.parent] : []), ...(related.dependencies ?? [])];
  return [
    ...(related.project === undefined ? [] : [call.store.ref("projects", related.project)]),
    ...[...new Set(tasks)].map((id) => call.store.ref("tasks", id)),
  ];
}

/** What a transaction has read, by path. */
export type SnapshotsByPath = ReadonlyMap<string, Snapshot>;

/** Indexes snapshots by their path. */
export function byPath(snapshots: readonly Snapshot[]): SnapshotsByPath {
  return new Map(snapshots.map((snapshot) => [snapshot.ref.path, snapshot]));
}

/** The project, which must exist (`project_not_found`) and take new work (`project_archived`). */
export function requireOpenProject(call: Call, read: SnapshotsByPath, id: string): void {
  openProject(read.get(call.store.ref("projects", id).path), id);
}

/** A task that must exist (`task_not_found`). */
export function requireTask(call: Call, read: SnapshotsByPath, id: string): Task {
  return existingTask(read.get(call.store.ref("tasks", id).path), id);
}

/** The parent and dependencies of a task in `projectId`: all must exist, and the parent must be of the same project. */
export function requireRelatives(call: Call, read: SnapshotsByPath, related: Related, projectId: string): void {
  if (related.parent) {
    const parent = requireTask(call, read, related.parent);
    if (parent.project_id !== projectId)
      throw invalidArgument(
        `The parent ${parent.id} belongs to another project.`,
        "Choose a parent of the same project.",
      );
  }
  for (const id of related.dependencies ?? []) requireTask(call, read, id);
}
