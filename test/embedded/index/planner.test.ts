import type { Query } from "@google-cloud/firestore";
import { Filter, Firestore } from "@google-cloud/firestore";
import { afterAll, describe, expect, it } from "vitest";
import { parseFieldPath } from "../../../src/embedded/encoding/field-path.js";
import type { StructuredQuery } from "../../../src/embedded/encoding/messages.js";
import { codec, root } from "../../../src/embedded/encoding/protobuf.js";
import { compileIndexes, type MissingIndex } from "../../../src/embedded/index/index-definitions.js";
import type { IndexConfig } from "../../../src/embedded/index.js";
import { parseQuery } from "../../../src/embedded/query/parse-query.js";
import { planQuery } from "../../../src/embedded/query/planner.js";

/*
 * Which queries the indexes of firestore.indexes.json cover, and what is missing for the others:
 * https://firebase.google.com/docs/firestore/query-data/index-overview.
 */

const db = new Firestore({ projectId: "any", credentials: { client_email: "a@b.c", private_key: "none" } });
afterAll(() => db.terminate());
const c = db.collection("c");
const g = db.collectionGroup("c");

type Field = [string, "asc" | "desc" | "contains"];
const index = (scope: "COLLECTION" | "COLLECTION_GROUP", ...fields: Field[]): IndexConfig["indexes"][number] => ({
  collectionGroup: "c",
  queryScope: scope,
  fields: fields.map(([fieldPath, mode]) =>
    mode === "contains"
      ? { fieldPath, arrayConfig: "CONTAINS" }
      : { fieldPath, order: mode === "asc" ? "ASCENDING" : "DESCENDING" },
  ),
});
/** What a field has without an override. */
const AUTOMATIC = [
  { order: "ASCENDING", queryScope: "COLLECTION" },
  { order: "DESCENDING", queryScope: "COLLECTION" },
  { arrayConfig: "CONTAINS", queryScope: "COLLECTION" },
];
const config = (...indexes: IndexConfig["indexes"]): IndexConfig => ({ indexes, fieldOverrides: [] });
const composite = (...fields: Field[]): IndexConfig => config(index("COLLECTION", ...fields));

function structured(query: Query): object {
  return (query as unknown as { toProto(): { structuredQuery: object } }).toProto().structuredQuery;
}

type Coverage = { covered: true; indexes: string[] } | { covered: false; missing: MissingIndex[] };

const ANY_ROOT = "projects/any/databases/(default)/documents";
const queries = codec<StructuredQuery>(root.lookupType("google.firestore.v1.StructuredQuery"));

/**
 * Whether indexes cover a StructuredQuery: by which of them, or what has to be added to firestore.indexes.json.
 * `aggregated` are the fields that it sums or averages (a count needs none).
 */
function coverageOf(query: object, indexConfig: IndexConfig, aggregated: readonly string[] = []): Coverage {
  // Client libraries leave out what says which kind a value is; the way over the wire adds it.
  const received = queries.decode(queries.encode(query));
  const parsed = parseQuery(ANY_ROOT, received, aggregated.map(parseFieldPath));
  const plan = planQuery(parsed, compileIndexes(indexConfig));
  if (!plan.covered) return plan;
  const indexes = plan.conjunctions.flatMap(({ scans }) => scans.map(({ index }) => index));
  return { covered: true, indexes: [...new Set(indexes)] };
}

const NONE = config();
const AT_DESC: Field = ["at", "desc"];

describe("covered", () => {
  it.each<[string, Query, IndexConfig]>([
    ["everything", c, NONE],
    ["by name", c.orderBy("__name__"), NONE],
    ["one equality", c.where("a", "==", 1), NONE],
    ["equalities", c.where("a", "==", 1).where("b", "==", 2).where("c", "==", 3), NONE],
    ["equalities and array-contains", c.where("a", "==", 1).where("t", "array-contains", 2), NONE],
    ["in and equality", c.where("a", "in", [1, 2]).where("b", "==", 2), NONE],
    ["or of equalities", c.where(Filter.or(Filter.where("a", "==", 1), Filter.where("b", "==", 2))), NONE],
    ["one order", c.orderBy("a", "desc"), NONE],
    ["a range with its order", c.where("a", ">", 1).where("a", "<", 9).orderBy("a", "desc"), NONE],
    ["!= and not-in", c.where("a", "!=", 1), NONE],
    ["an equality and its own order", c.where("a", "==", 1).orderBy("a"), NONE],
    ["an equality and names backwards", c.where("a", "==", 1).orderBy("__name__", "desc"), NONE],
    ["an equality and a range of names", c.where("a", "==", 1).where("__name__", ">", c.doc("x")), NONE],
    ["an equality with an order", c.where("a", "==", 1).orderBy("at", "desc"), composite(["a", "asc"], AT_DESC)],
    [
      "an equality with a descending field",
      c.where("a", "==", 1).orderBy("at", "desc"),
      composite(["a", "desc"], AT_DESC),
    ],
    ["in with an order", c.where("a", "in", [1, 2]).orderBy("at", "desc"), composite(["a", "asc"], AT_DESC)],
    [
      "equalities in any order",
      c.where("b", "==", 1).where("a", "==", 1).orderBy("at", "desc"),
      composite(["a", "asc"], ["b", "asc"], AT_DESC),
    ],
    [
      "an order by an equality first",
      c.where("a", "==", 1).orderBy("a").orderBy("at", "desc"),
      composite(["a", "asc"], AT_DESC),
    ],
    [
      "array-contains with an order",
      c.where("t", "array-contains", 1).orderBy("at", "desc"),
      composite(["t", "contains"], AT_DESC),
    ],
    [
      "two indexes with one order merge",
      c.where("a", "==", 1).where("b", "==", 1).orderBy("at", "desc"),
      config(index("COLLECTION", ["a", "asc"], AT_DESC), index("COLLECTION", ["b", "asc"], AT_DESC)),
    ],
    [
      "three equalities of two indexes",
      c.where("a", "==", 1).where("b", "==", 1).where("c", "==", 1).orderBy("at", "desc"),
      config(index("COLLECTION", ["a", "asc"], ["b", "asc"], AT_DESC), index("COLLECTION", ["c", "asc"], AT_DESC)),
    ],
    ["a range behind an equality", c.where("a", "==", 1).where("n", ">", 1), composite(["a", "asc"], ["n", "asc"])],
    ["ranges on two fields", c.where("m", ">", 1).where("n", ">", 1), composite(["m", "asc"], ["n", "asc"])],
    ["two orders", c.orderBy("m").orderBy("n", "desc"), composite(["m", "asc"], ["n", "desc"])],
    ["a group", g, NONE],
    [
      "a group's order",
      g.where("a", "==", 1).orderBy("at", "desc"),
      config(index("COLLECTION_GROUP", ["a", "asc"], AT_DESC)),
    ],
  ])("%s", (_name, query, indexes) => {
    expect(coverageOf(structured(query), indexes)).toMatchObject({ covered: true });
  });
});

describe("missing", () => {
  const needs = (...fields: Field[]) => ({ indexes: index("COLLECTION", ...fields) });
  it.each<[string, Query, IndexConfig, object]>([
    ["an equality with an order", c.where("a", "==", 1).orderBy("at", "desc"), NONE, needs(["a", "asc"], AT_DESC)],
    [
      "the other direction",
      c.where("a", "==", 1).orderBy("at"),
      composite(["a", "asc"], AT_DESC),
      needs(["a", "asc"], ["at", "asc"]),
    ],
    [
      "one of two equalities",
      c.where("a", "==", 1).where("b", "==", 1).orderBy("at", "desc"),
      composite(["a", "asc"], AT_DESC),
      needs(["a", "asc"], ["b", "asc"], AT_DESC),
    ],
    [
      "an index with a field too many",
      c.where("a", "==", 1).orderBy("at", "desc"),
      composite(["a", "asc"], ["b", "asc"], AT_DESC),
      needs(["a", "asc"], AT_DESC),
    ],
    [
      "an equality of another collection's index",
      db.collection("d").where("a", "==", 1).orderBy("at", "desc"),
      composite(["a", "asc"], AT_DESC),
      { indexes: { collectionGroup: "d" } },
    ],
    ["a range behind an equality", c.where("a", "==", 1).where("n", "!=", 1), NONE, needs(["a", "asc"], ["n", "asc"])],
    [
      "array-contains with an order",
      c.where("t", "array-contains", 1).orderBy("at"),
      NONE,
      needs(["t", "contains"], ["at", "asc"]),
    ],
    ["two orders", c.orderBy("m").orderBy("n"), NONE, needs(["m", "asc"], ["n", "asc"])],
    [
      "names against the order",
      c.orderBy("m").orderBy("__name__", "desc"),
      NONE,
      needs(["m", "asc"], ["__name__", "desc"]),
    ],
    [
      "a group's index for one collection",
      c.where("a", "==", 1).orderBy("at", "desc"),
      config(index("COLLECTION_GROUP", ["a", "asc"], AT_DESC)),
      needs(["a", "asc"], AT_DESC),
    ],
    [
      "a group's single field",
      g.where("a", "==", 1),
      NONE,
      {
        fieldOverrides: {
          fieldPath: "a",
          indexes: [...AUTOMATIC, { order: "ASCENDING", queryScope: "COLLECTION_GROUP" }],
        },
      },
    ],
  ])("%s", (_name, query, indexes, missing) => {
    expect(coverageOf(structured(query), indexes)).toMatchObject({ covered: false, missing: [missing] });
  });

  it("names each index that the parts of an OR need", () => {
    const query = c.where(Filter.or(Filter.where("a", "==", 1), Filter.where("b", "==", 1))).orderBy("at");
    expect(coverageOf(structured(query), NONE)).toEqual({
      covered: false,
      missing: [needs(["a", "asc"], ["at", "asc"]), needs(["b", "asc"], ["at", "asc"])],
    });
  });

  it("covers a query once what was missing has been added", () => {
    const query = structured(c.where("a", "==", 1).where("t", "array-contains", 1).orderBy("m", "desc").orderBy("n"));
    const before = coverageOf(query, NONE);
    if (before.covered) throw new Error("covered without an index");
    const indexes = before.missing.flatMap((one) => ("indexes" in one ? [one.indexes] : []));
    expect(coverageOf(query, config(...indexes))).toMatchObject({ covered: true });
  });

  it("counts like the query and sums need their field in the index", () => {
    const query = structured(c.where("a", "==", 1));
    expect(coverageOf(query, NONE)).toMatchObject({ covered: true });
    expect(coverageOf(query, NONE, ["n"])).toMatchObject({ missing: [needs(["a", "asc"], ["n", "asc"])] });
    expect(coverageOf(structured(c), NONE, ["n"])).toMatchObject({ covered: true });
  });
});

describe("several overrides of one field", () => {
  const override = (fieldPath: string, queryScope: "COLLECTION" | "COLLECTION_GROUP") => ({
    collectionGroup: "c",
    fieldPath,
    indexes: [{ order: "ASCENDING" as const, queryScope }],
  });
  it.each([
    [[override("a", "COLLECTION_GROUP"), override("a", "COLLECTION")]],
    [[override("`a`", "COLLECTION"), override("a", "COLLECTION_GROUP")]],
  ])("count together", (fieldOverrides) => {
    for (const query of [c.where("a", "==", 1), g.where("a", "==", 1)]) {
      expect(coverageOf(structured(query), { indexes: [], fieldOverrides }).covered).toBe(true);
    }
    expect(compileIndexes({ indexes: [], fieldOverrides }).overridesKey).toBe(
      compileIndexes({ indexes: [], fieldOverrides: fieldOverrides.toReversed() }).overridesKey,
    );
  });
});

describe("fields exempt from indexing", () => {
  const exempt: IndexConfig = { indexes: [], fieldOverrides: [{ collectionGroup: "c", fieldPath: "m", indexes: [] }] };
  it.each<[string, Query, boolean]>([
    ["the field", c.where("m", "==", 1), false],
    ["what lies inside it", c.orderBy("m.x"), false],
    ["another field", c.where("mm", "==", 1), true],
    ["the same field elsewhere", db.collection("d").where("m", "==", 1), true],
  ])("%s", (_name, query, covered) => {
    expect(coverageOf(structured(query), exempt).covered).toBe(covered);
  });
});
