import { afterEach, describe, expect, it } from "vitest";
import { type IndexConfig, startEngine } from "../../src/embedded/index.js";
import { type ConcreteShape, concreteShapes } from "../../src/firestore/concrete-shapes.js";
import { storeFailure } from "../../src/firestore/failure.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { IDS } from "../../src/firestore/masks.js";
import { openStore } from "../../src/firestore/open-store.js";
import { type FilterOp, SHAPES, SUB_COLLECTIONS } from "../../src/firestore/shapes.js";
import type { Store } from "../../src/firestore/store.js";

/**
 * The embedded store refuses a query whose index is not in firestore.indexes.json, as Cloud Firestore does and the
 * official emulator does not. So it can check every query that the board can issue.
 */
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function storeWith(indexes: IndexConfig): Promise<Store> {
  const engine = await startEngine({ file: ":memory:", indexes });
  const host = `${engine.host}:${engine.port}`;
  const config = {
    mode: "emulator",
    host,
    projectId: "demo-x",
    databaseId: "(default)",
    collectionPrefix: "",
  } as const;
  const store = await openStore(config);
  closing.push(engine.close, store.close);
  return store;
}

const VALUES: Record<FilterOp, unknown> = {
  "==": "a",
  "!=": "a",
  "<": new Date(0),
  ">": new Date(0),
  in: ["a", "b", "c"],
  "not-in": ["a", "b"],
  "array-contains": "a",
  "array-contains-any": ["a", "b"],
};

/** The names of the queries that this store refuses because an index is missing. Throws any other error. */
async function refused(store: Store): Promise<string[]> {
  const answers = await Promise.all(
    concreteShapes().map(async (shape) => {
      try {
        await query(store, shape).get();
        if (shape.orderBy.length === 0) await query(store, shape).count();
        if (shape.sums) await store.query(shape.name, { values: valuesOf(shape), limit: "all" }).sums();
        return [];
      } catch (error) {
        if (storeFailure(error) === "index_missing") return [describeShape(shape)];
        throw error;
      }
    }),
  );
  return answers.flat();
}

function query(store: Store, shape: ConcreteShape) {
  const parent = shape.collection in SUB_COLLECTIONS ? { parent: store.ref("sessions", "a") } : {};
  return store.query(shape.name, { values: valuesOf(shape), mask: IDS, limit: 10, ...parent });
}

function valuesOf({ filters }: ConcreteShape) {
  return Object.fromEntries(filters.map(([field, op]) => [field, VALUES[op]]));
}

const describeShape = ({ name, filters }: ConcreteShape) =>
  `${name}(${filters.map((filter) => filter.join(" ")).join(", ")})`;

describe("firestore.indexes.json", () => {
  it("covers every query that the board can issue", async () => {
    expect(concreteShapes().length).toBeGreaterThan(Object.keys(SHAPES).length);
    expect(await refused(await storeWith(loadIndexes("")))).toEqual([]);
  });

  it.each(loadIndexes("").indexes.map((index, at) => [`${index.collectionGroup}: ${fieldNames(index)}`, at] as const))(
    "needs the index %s",
    async (_, without) => {
      const { indexes, fieldOverrides } = loadIndexes("");
      const store = await storeWith({ indexes: indexes.filter((_, at) => at !== without), fieldOverrides });
      expect(await refused(store)).not.toEqual([]);
    },
  );

  it("applies to collections with a prefix", () => {
    const groups = (prefix: string) => loadIndexes(prefix).indexes.map(({ collectionGroup }) => collectionGroup);
    expect(groups("x_")).toEqual(groups("").map((group) => `x_${group}`));
  });
});

function fieldNames(index: IndexConfig["indexes"][number]): string {
  return index.fields.map(({ fieldPath }) => fieldPath).join(", ");
}
