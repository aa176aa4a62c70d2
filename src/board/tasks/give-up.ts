import { storeFailure } from "../../firestore/failure.js";
import { IDS } from "../../firestore/masks.js";
import type { Snapshot, Store } from "../../firestore/store.js";

/** How many leases are given up at a time. */
const AT_A_TIME = 100;
/** How often the leases that are left are read: one that changed between its read and its write was not given up. */
const ROUNDS = 5;

/**
 * Gives up the leases of a connection that ends cleanly, at most 500: their holder becomes null (docs/contracts.md
 * 3.0), so that an agent of the same name may go on at once. The tasks stay in progress and assigned; agents of other
 * names wait until the leases run out. A task that changed since it was read is read again. Returns the failures; never
 * throws for them.
 */
export async function giveUpLeases(store: Store, holder: string): Promise<unknown[]> {
  const failed: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { docs } = await store
      .query("tasksHeldBy", { values: { "lease.holder": holder }, mask: IDS, limit: AT_A_TIME })
      .get();
    const outcomes = await Promise.allSettled(docs.map(giveUp));
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    failed.push(...errors.filter((error) => storeFailure(error) !== "stale_precondition"));
    if (docs.length === 0 || failed.length > 0) break;
  }
  return failed;
}

async function giveUp({ ref, updateTime }: Snapshot): Promise<void> {
  if (updateTime) await ref.update({ "lease.holder": null }, { lastUpdateTime: updateTime });
}
