import { Firestore, Timestamp } from "@google-cloud/firestore";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { parseFieldPath } from "../../src/embedded/encoding/field-path.js";
import type { StructuredQuery } from "../../src/embedded/encoding/messages.js";
import { codec, root } from "../../src/embedded/encoding/protobuf.js";
import { compileIndexes } from "../../src/embedded/index/index-definitions.js";
import { type IndexConfig, startEngine } from "../../src/embedded/index.js";
import { parseQuery } from "../../src/embedded/query/parse-query.js";
import type { ParsedQuery } from "../../src/embedded/query/parsed-query.js";
import { planQuery } from "../../src/embedded/query/planner.js";
import { SUB_COLLECTIONS } from "../../src/firestore/collections.js";
import { type ConcreteShape, concreteShapes } from "../../src/firestore/concrete-shapes.js";
import { storeFailure } from "../../src/firestore/failure.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { IDS } from "../../src/firestore/masks.js";
import { openStore } from "../../src/firestore/open-store.js";
import { queryBuilder } from "../../src/firestore/query.js";
import { type FilterOp, SHAPES } from "../../src/firestore/shapes.js";
import type { Ref, Store } from "../../src/firestore/store.js";

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

const db = new Firestore({ projectId: "any", credentials: { client_email: "a@b.c", private_key: "none" } });
afterAll(() => db.terminate());
const messages = codec<StructuredQuery>(root.lookupType("google.firestore.v1.StructuredQuery"));

/** Every query as the engine gets it. */
function received(): ParsedQuery[] {
  const build = queryBuilder(db, (collection) => collection, Timestamp);
  return concreteShapes().map((shape) => {
    const parent = shape.collection in SUB_COLLECTIONS ? { parent: { path: "sessions/a" } as Ref } : {};
    const query = build({ shape: shape.name, args: { values: valuesOf(shape), limit: "all", ...parent } });
    const { structuredQuery } = (query as unknown as { toProto(): { structuredQuery: object } }).toProto();
    // Client libraries leave out what says which kind a value is; the way over the wire adds it.
    const message = messages.decode(messages.encode(structuredQuery));
    const summed = (shape.sums ?? []).map(parseFieldPath);
    return parseQuery("projects/any/databases/(default)/documents", message, summed);
  });
}

/** How many of these queries lack an index, and how many scans the others take in all. */
function plansWith(config: IndexConfig, queries: readonly ParsedQuery[]) {
  const rules = compileIndexes(config);
  const plans = queries.map((query) => planQuery(query, rules));
  const scans = plans.flatMap((plan) => (plan.covered ? plan.conjunctions.map((one) => one.scans.length) : []));
  return {
    uncovered: plans.filter(({ covered }) => !covered).length,
    scans: scans.reduce((sum, count) => sum + count, 0),
  };
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
    "needs the index %s: without it a query is refused, or takes more scans",
    (_, without) => {
      const { indexes, fieldOverrides } = loadIndexes("");
      const queries = received();
      const whole = plansWith({ indexes, fieldOverrides }, queries);
      const rest = plansWith({ indexes: indexes.filter((_, at) => at !== without), fieldOverrides }, queries);
      expect(rest.uncovered > 0 || rest.scans > whole.scans).toBe(true);
    },
  );

  it("applies to collections with a prefix", () => {
    const groups = (prefix: string) => loadIndexes(prefix).indexes.map(({ collectionGroup }) => collectionGroup);
    expect(groups("x_")).toEqual(groups("").map((group) => `x_${group}`));
  });
});

function fieldNames(index: IndexConfig["indexes"][number]): string {
  return index.fields.map(({ fieldPath, order }) => `${fieldPath}${order === "DESCENDING" ? " desc" : ""}`).join(", ");
}
