import type { Firestore } from "@google-cloud/firestore";

const OPEN = 300;
const PRIORITIES = ["critical", "high", "medium", "low"];
const BATCH = 500;

/** Writes 300 open tasks of a project and `done` done ones, mixed in the order of every field. */
export async function writeTasks(db: Firestore, projectId: string, done: number): Promise<void> {
  const total = OPEN + done;
  const step = Math.floor(total / OPEN);
  for (let from = 0; from < total; from += BATCH) {
    const batch = db.batch();
    for (let at = from; at < Math.min(from + BATCH, total); at += 1) {
      // The open tasks are the same, whatever the number of done ones.
      const open = at % step === 0 && at / step < OPEN;
      const time = new Date(1_700_000_000_000 + at * 1_000);
      batch.set(db.doc(`tasks/${projectId}-${at}`), {
        project_id: projectId,
        title: "t",
        status: open ? "todo" : "done",
        priority: PRIORITIES[(open ? at / step : at) % PRIORITIES.length],
        depends_on: [],
        created_at: time,
        updated_at: time,
      });
    }
    await batch.commit();
  }
}
