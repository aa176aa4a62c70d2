import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { check, startEngine } from "../../../src/embedded/index.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { type FleetOptions, runFleet } from "./fleet.js";
import { key, replay } from "./history.js";

/**
 * Lets several processes run random transactions on one file while some of them are killed, then proves from what is
 * left that the transactions were serialisable, that nothing acknowledged is missing and that the file is sound.
 */
export async function expectSerialisable(options: Omit<FleetOptions, "file" | "seed">): Promise<void> {
  const seed = randomBytes(4).toString("hex");
  const folder = mkdtempSync(join(tmpdir(), "history-"));
  const file = join(folder, "store.db");
  try {
    const reports = await runFleet({ ...options, file, seed });
    const engine = await startEngine({ file, indexes: NO_INDEXES });
    const db = connect(engine.port, undefined, "demo-history");
    const [log, registers, items] = await Promise.all([
      db.collection("log").get(),
      db.collection("registers").get(),
      db.collection("items").get(),
    ]);
    await db.terminate();
    await engine.close();
    const committed = log.docs
      .toSorted((a, b) => (a.createTime.valueOf() < b.createTime.valueOf() ? -1 : 1))
      .map((doc) => ({ id: doc.id, did: doc.get("did") as string }));
    const ids = new Set(committed.map(({ id }) => id));

    expect(
      [...reports.acknowledged].filter((id) => !ids.has(id)),
      "acknowledged but not there",
    ).toEqual([]);
    const { complaints, end } = replay(committed, reports.observed);
    expect(complaints, `seed ${seed}`).toEqual([]);
    expect(key(end), "the documents are what the transactions left").toBe(
      key({
        registers: Object.fromEntries(registers.docs.map((doc) => [doc.id, doc.get("by") as string])),
        items: Object.fromEntries(items.docs.map((doc) => [doc.id, doc.get("group") as string])),
      }),
    );
    expect(reports.observed.length).toBeGreaterThan(0);
    expect(reports.kills).toBe(Math.ceil(options.transactions / options.killEvery) - 1);
    expect(check(file).problems).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
