import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDocument } from "../../src/board/core/read-document.js";
import { maskedTask } from "../../src/board/model/masked.js";
import { taskDocument } from "../../src/board/model/task.js";
import { isFree } from "../../src/board/tasks/readiness.js";
import { type IndexConfig, startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { IDS, MASKS, type Mask } from "../../src/firestore/masks.js";
import { openStore } from "../../src/firestore/open-store.js";
import { SHAPES, type Shape } from "../../src/firestore/shapes.js";
import type { Snapshot, Store } from "../../src/firestore/store.js";

const shapes = Object.entries(SHAPES) as [string, Shape][];
const namesOf = (chosen: [string, Shape][]) => chosen.map(([name]) => name).sort();

let store: Store;
let close: () => Promise<void>;
beforeAll(async () => {
  const engine = await startEngine({ file: ":memory:", indexes: loadIndexes("") satisfies IndexConfig });
  const host = `${engine.host}:${engine.port}`;
  const common = { databaseId: "(default)", collectionPrefix: "" };
  store = await openStore({ mode: "emulator", host, projectId: "demo-masks", ...common });
  close = async () => {
    await store.close();
    await engine.close();
  };
  await store.transaction(async (tx) => {
    const lease = { agent_name: "a", minutes: 60, expires_at: new Date(Date.now() + 60_000) };
    tx.set(store.ref("tasks", "t"), { project_id: "p", title: "T", status: "in_progress", description: 7, lease });
  }, new AbortController().signal);
});
afterAll(() => close());

async function read(mask: Mask): Promise<Snapshot> {
  return await store.ref("tasks", "t").get(mask);
}
const inTransaction = (work: Parameters<Store["transaction"]>[0]) =>
  store.transaction(work, new AbortController().signal);

describe("the masks of the shapes", () => {
  it("every list has one, and only these are read whole or not at all", () => {
    expect(namesOf(shapes.filter(([, { masks }]) => masks.length === 0))).toEqual([
      // What a transaction decides on.
      "agentSessions",
      "openTaskCount",
      "openTurns",
      // Counted and summed, never read.
      "sessionTotals",
      "taskCounts",
    ]);
    expect(namesOf(shapes.filter(([, { whole }]) => whole))).toEqual([
      "activeSessions",
      "agentSessions",
      "dependentsOfMany",
      "memories",
      "openTurns",
      "participants",
      "subtasksOfMany",
    ]);
  });

  it.each(shapes)("%s reads its own collection's", (_, { collection, masks }) => {
    const own: Mask[] = [IDS, ...Object.values(MASKS[collection as keyof typeof MASKS])];
    expect(masks.filter((mask) => !own.includes(mask))).toEqual([]);
  });
});

describe("a document that was read by a mask", () => {
  it("has the fields of the mask, whose document it is, and no other", async () => {
    const snapshot = await read(MASKS.tasks.brief);
    const row = readDocument(maskedTask.brief, "task", snapshot);
    expect(row).toEqual({ id: "t", title: "T", status: "in_progress" });
    expect(snapshot.get("project_id")).toBe("p");
    // @ts-expect-error: a row without its lease cannot be asked whether it is free.
    expect(isFree(row, new Date())).toBe(true);
    // @ts-expect-error: what was not read is no property of the row.
    expect(row.lease).toBeUndefined();
  });

  it("never passes for the whole: what was not read is not read as missing", async () => {
    const snapshot = await read(MASKS.tasks.brief);
    expect(() => readDocument(taskDocument, "task", snapshot)).toThrow(TypeError);
    expect(() => readDocument(maskedTask.held, "task", snapshot)).toThrow(TypeError);
    expect(() => snapshot.get("lease.holder")).toThrow(TypeError);
    expect(() => snapshot.data()).toThrow(TypeError);
  });

  it("is refused for the fields that are read, not for others", async () => {
    const snapshot = await read(MASKS.tasks.long);
    expect(() => readDocument(maskedTask.long, "task", snapshot)).toThrow("wrong type: description");
    expect(readDocument(maskedTask.held, "task", await read(MASKS.tasks.held)).lease?.agent_name).toBe("a");
  });
});

describe("a query", () => {
  const values = { project_id: "p" };

  it("reads by a mask of its shape, or whole where the shape says so", async () => {
    const query = (mask?: Mask) => store.query("latestTasks", { values, limit: 1, ...(mask && { mask }) }).get();
    expect((await query(MASKS.tasks.title)).docs).toEqual([]);
    await expect(query()).rejects.toThrow(TypeError);
    await expect(query(MASKS.tasks.brief)).rejects.toThrow(TypeError);
  });

  it("reads whole documents in a transaction, which decides on them", async () => {
    const decide = (mask?: Mask) =>
      inTransaction(
        async (tx) => (await tx.get(store.query("memories", { values, limit: 1, ...(mask && { mask }) }))).docs,
      );
    expect(await decide()).toEqual([]);
    await expect(decide(MASKS.memories.row)).rejects.toThrow(TypeError);
    const byId = inTransaction((tx) => tx.getAll([store.ref("tasks", "t")], MASKS.tasks.candidate));
    await expect(byId).rejects.toThrow(TypeError);
  });
});
