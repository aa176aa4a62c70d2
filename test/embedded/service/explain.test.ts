import { AggregateField, FieldValue, Filter, type Query } from "@google-cloud/firestore";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CompositeIndex } from "../../../src/embedded/index.js";
import { startTestStore, type TestStore } from "../support/engine.js";

/* Query.explain() and explainStream(), which the official emulator does not answer. */

const places = { collectionGroup: "places", queryScope: "COLLECTION" } as const;
const byKindAndRank: CompositeIndex = {
  ...places,
  fields: [
    { fieldPath: "kind", order: "ASCENDING" },
    { fieldPath: "rank", order: "DESCENDING" },
  ],
};
const byVector: CompositeIndex = {
  ...places,
  fields: [{ fieldPath: "at", vectorConfig: { dimension: 2, flat: {} } }],
};

/** What the library streams; its types say nothing of it. */
interface Explained {
  document?: { id: string };
  metrics?: { executionStats: { resultsReturned: number } };
}

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore({ indexes: { indexes: [byKindAndRank, byVector], fieldOverrides: [] } });
  const batch = store.db.batch();
  for (let n = 0; n < 5; n++) {
    const place = { kind: "x", rank: n, tags: ["t"], at: FieldValue.vector([n, 0]) };
    batch.set(store.db.doc(`places/${n}`), place);
  }
  await batch.commit();
});
afterAll(() => store.close());

const all = (): Query => store.db.collection("places");

it("a plan tells the indexes and reads nothing", async () => {
  const used = async (query: Query) => {
    const { metrics, snapshot } = await query.explain();
    expect([metrics.executionStats, snapshot]).toEqual([null, null]);
    return metrics.planSummary.indexesUsed.map(({ properties }) => properties);
  };
  expect(await used(all())).toEqual(["(__name__ ASC)"]);
  expect(await used(all().orderBy("rank", "desc"))).toEqual(["(rank DESC, __name__ DESC)"]);
  expect(await used(all().where("kind", "==", "x").orderBy("rank", "desc"))).toEqual([
    "(kind ASC, rank DESC, __name__ DESC)",
  ]);
  const either = Filter.or(Filter.where("rank", "in", [1, 2]), Filter.where("tags", "array-contains", "t"));
  expect(await used(all().where(either))).toEqual(["(rank ASC, __name__ ASC)", "(tags CONTAINS, __name__ ASC)"]);
});

it("an analysis tells what running took, and brings the results", async () => {
  const { metrics, snapshot } = await all().where("rank", ">", 2).explain({ analyze: true });
  expect(snapshot?.docs.map((doc) => doc.id)).toEqual(["3", "4"]);
  expect(metrics.executionStats).toMatchObject({
    resultsReturned: 2,
    readOperations: 2,
    debugStats: { documents_scanned: "2", index_entries_scanned: "2" },
  });
  const { seconds, nanoseconds } = metrics.executionStats?.executionDuration ?? { seconds: 0, nanoseconds: 0 };
  expect(seconds + nanoseconds).toBeGreaterThan(0);
  const none = await all().where("rank", ">", 9).explain({ analyze: true });
  expect([none.snapshot?.size, none.metrics.executionStats?.readOperations]).toEqual([0, 1]);
});

it("a stream tells it with the last result", async () => {
  const heard: [string | undefined, number | undefined][] = [];
  for await (const one of all().where("rank", ">", 2).explainStream({ analyze: true })) {
    const { document, metrics } = one as unknown as Explained;
    heard.push([document?.id, metrics?.executionStats.resultsReturned]);
  }
  expect(heard).toEqual([
    ["3", undefined],
    ["4", 2],
  ]);
});

it("aggregations and vector searches are told of too", async () => {
  const sum = await all()
    .aggregate({ sum: AggregateField.sum("rank") })
    .explain({ analyze: true });
  expect([sum.snapshot?.data(), sum.metrics.executionStats?.resultsReturned]).toEqual([{ sum: 10 }, 1]);
  expect((await all().count().explain()).snapshot).toBeNull();
  const search = all().findNearest({ vectorField: "at", queryVector: [4, 0], limit: 2, distanceMeasure: "EUCLIDEAN" });
  // The library's types lack it.
  const nearest = await (search as unknown as Pick<Query, "explain">).explain({ analyze: true });
  expect(nearest.snapshot?.docs.map((doc) => doc.id)).toEqual(["4", "3"]);
  expect(nearest.metrics.planSummary.indexesUsed.map(({ properties }) => properties)).toContain("(at VECTOR<2>)");
  expect(nearest.metrics.executionStats).toMatchObject({ resultsReturned: 2, readOperations: 5 });
});
