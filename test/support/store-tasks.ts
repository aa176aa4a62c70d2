import type { Firestore } from "@google-cloud/firestore";

const BATCH = 400;
/** When the first task was made; each further one is a second younger. */
const FIRST = 1_700_000_000_000;

/**
 * Stores tasks of a project as they are given, each a second younger than the one before, of status `todo` and priority
 * `medium` unless their fields say otherwise: for boards too large to be made task by task, or as a lead might leave them.
 */
export async function storeTasks(
  db: Firestore,
  project_id: string,
  tasks: readonly ({ id: string } & Record<string, unknown>)[],
): Promise<void> {
  for (let from = 0; from < tasks.length; from += BATCH) {
    const batch = db.batch();
    for (const [at, { id, ...fields }] of tasks.slice(from, from + BATCH).entries()) {
      const made = new Date(FIRST + (from + at) * 1_000);
      const times = { created_at: made, updated_at: made };
      const defaults = { project_id, title: "t", status: "todo", priority: "medium", depends_on: [], ...times };
      batch.set(db.doc(`tasks/${id}`), { ...defaults, ...fields });
    }
    await batch.commit();
  }
}
