import { MASKS } from "../../firestore/masks.js";
import type { Snapshot, Store } from "../../firestore/store.js";
import { readDocuments } from "../core/read-document.js";
import { maskedTask } from "../model/masked.js";
import { type Relative, unreadRelatives } from "./readiness.js";

/** Where tasks are read: a store, or a transaction, whose commit then depends on what was read. */
type Source = Pick<Store, "ref" | "getAll">;

/** Tasks that have been read, for `waitsFor`. */
export type ReadRelatives = Map<string, Relative | "missing" | "unreadable">;

/**
 * Adds to `known` all that decides what these tasks wait for: their dependencies, their ancestors and the dependencies
 * of these. A round trip for each level, for all tasks together; none when `known` is enough.
 */
export async function readRelatives(
  source: Source,
  tasks: readonly Relative[],
  known: ReadRelatives = new Map(),
): Promise<ReadRelatives> {
  for (;;) {
    const ids = [...new Set(tasks.flatMap((task) => unreadRelatives(task, known)))];
    if (ids.length === 0) return known;
    addRelatives(
      known,
      await source.getAll(
        ids.map((id) => source.ref("tasks", id)),
        MASKS.tasks.relative,
      ),
    );
    // No document can have some of the ids that a lead may have typed, and so none comes back under them.
    for (const id of ids) if (!known.has(id)) known.set(id, "missing");
  }
}

/** Adds documents of tasks, as much of them as counts here, to those that are known. */
export function addRelatives(known: ReadRelatives, snapshots: readonly Snapshot[]): void {
  const present = snapshots.filter(({ exists }) => exists);
  for (const { id, exists } of snapshots) known.set(id, exists ? "unreadable" : "missing");
  for (const row of readDocuments(maskedTask.relative, "task", present).rows) known.set(row.id, row);
}
