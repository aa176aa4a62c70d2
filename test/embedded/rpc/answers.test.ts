import { expect, it, onTestFinished } from "vitest";
import type { CursorMessage, Document, StructuredQuery } from "../../../src/embedded/encoding/messages.js";
import { startEngine } from "../../../src/embedded/index.js";
import { int, list, map } from "../differential/requests/parts.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { NO_INDEXES } from "../support/engine.js";
import { type Outcome, type RawClient, rawClient } from "../support/raw.js";

/* What the RPCs answer that client libraries of servers hardly use, by raw gRPC, the same from both stores. */

function open(port: number): OpenClient<RawClient> {
  const client = rawClient(port, "demo-answers", "owner");
  return { client, close: async () => client.close() };
}

async function make(raw: RawClient, ...paths: string[]): Promise<void> {
  const writes = paths.map((path) => ({ operation: "update" as const, update: { name: `${raw.root}/${path}` } }));
  expect(await raw.commit(writes)).toMatchObject({ code: 0 });
}

function only<T>(outcome: Outcome<T>): T {
  const [message] = "messages" in outcome ? outcome.messages : [];
  if (!message) throw new Error(JSON.stringify(outcome));
  return message;
}

const create = (raw: RawClient, documentId: string, rest: object): Promise<Outcome<Document>> =>
  raw.call("CreateDocument", { parent: raw.root, collectionId: "single", documentId, ...rest });
const update = (raw: RawClient, id: string, rest: object): Promise<Outcome<Document>> =>
  raw.call("UpdateDocument", { document: { name: `${raw.root}/single/${id}` }, ...rest });
const get = (raw: RawClient, id: string): Promise<Outcome<Document>> =>
  raw.call("GetDocument", { name: `${raw.root}/single/${id}` });

describeBothStores(open, (onStore, store) => {
  onStore("a document is created and updated only when its mask can be answered", async (raw) => {
    for (const mask of [{ fieldPaths: ["a..b"] }, { fieldPaths: ["__foo__"] }]) {
      expect(await create(raw, "bad", { document: {}, mask })).toMatchObject({ code: 3 });
      expect(await update(raw, "bad", { mask })).toMatchObject({ code: 3 });
      expect(await get(raw, "bad")).toMatchObject({ code: 5 });
    }
  });

  onStore("a created document is answered as it is stored", async (raw) => {
    const fields = {
      z: map({ b: int(1), a: int(2) }),
      t: { valueType: "timestampValue", timestampValue: { seconds: "1", nanos: 1_999 } },
      empty: map({}),
      none: list(),
    };
    const created = only(await create(raw, "stored", { document: { fields } }));
    expect(created).toEqual(only(await get(raw, "stored")));
    const masked = only(await create(raw, "masked", { document: { fields }, mask: { fieldPaths: ["z.a", "x"] } }));
    expect(masked.fields).toEqual({ z: map({ a: int(2) }) });
    const empty = only(await create(raw, "empty", {}));
    expect(empty).toEqual(only(await get(raw, "empty")));
  });

  onStore("a document that is deleted at once was created all the same", async (raw) => {
    const name = `${raw.root}/single/short`;
    const [created] = await Promise.all([create(raw, "short", { document: {} }), raw.call("DeleteDocument", { name })]);
    expect(created).toMatchObject({ messages: [{ name }] });
  });

  onStore("pages of collections go on where they were, also when the last one is empty by now", async (raw) => {
    await make(raw, "pages/x/cola/1", "pages/x/colb/1", "pages/x/colc/1");
    const page = async (pageToken = "") =>
      only<{ collectionIds?: string[]; nextPageToken?: string }>(
        await raw.call("ListCollectionIds", { parent: `${raw.root}/pages/x`, pageSize: 2, pageToken }),
      );
    const first = await page();
    expect(first.collectionIds).toEqual(["cola", "colb"]);
    await raw.commit([{ operation: "delete", delete: `${raw.root}/pages/x/colb/1` }]);
    expect((await page(first.nextPageToken)).collectionIds).toEqual(["colc"]);
  });

  onStore("an empty projection chooses no field", async (raw) => {
    const update = { name: `${raw.root}/projection/1`, fields: { a: int(1) } };
    await raw.commit([{ operation: "update", update }]);
    const select = async (...fieldPaths: string[]) => {
      const fields = fieldPaths.map((fieldPath) => ({ fieldPath }));
      const outcome = await raw.runQuery({ from: [{ collectionId: "projection" }], select: { fields } });
      return "messages" in outcome ? outcome.messages[0]?.document?.fields : outcome;
    };
    expect(await select("__name__")).toEqual(undefined);
    expect(await select()).toEqual(store === "embedded" ? { a: int(1) } : undefined);
  });

  onStore("a query with an offset does not say what it left out", async (raw) => {
    await make(raw, "offset/1", "offset/2", "offset/3");
    const skipped = async (offset: number) => {
      const structuredQuery = { from: [{ collectionId: "offset" }], offset };
      const request = { parent: raw.root, structuredQuery };
      const outcome = await raw.call<{ skippedResults?: number }>("RunQuery", request);
      const messages = "messages" in outcome ? outcome.messages : [];
      return messages.flatMap(({ skippedResults }) => skippedResults ?? []);
    };
    expect(await skipped(5)).toEqual([]);
    expect(await skipped(1)).toEqual(store === "embedded" ? [] : [1]);
  });
});

// The official emulator does not partition.
it("a query is cut into no more parts than it has documents", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-answers");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  await make(raw, "a/1/parts/1", "a/1/parts/2", "a/2/parts/3");
  const structuredQuery = {
    from: [{ collectionId: "parts", allDescendants: true }],
    orderBy: [{ field: { fieldPath: "__name__" }, direction: "ASCENDING" }],
  };
  const cuts = async (partitionCount: string) =>
    only(
      await raw.call<{ partitions?: CursorMessage[] }>("PartitionQuery", {
        parent: raw.root,
        structuredQuery,
        partitionCount,
      }),
    ).partitions?.map(({ values }) => values?.map((value) => "referenceValue" in value && value.referenceValue));
  const all = [[`${raw.root}/a/1/parts/2`], [`${raw.root}/a/2/parts/3`]];
  expect(await cuts("9000000000000000000")).toEqual(all);
  expect(await cuts("3")).toEqual(all);
  expect(await cuts("2")).toEqual(all);
  expect(await cuts("1")).toEqual([all[0]]);
});

// https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#partitionqueryrequest
it("only a whole collection group, ordered by name, is cut into parts", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-answers");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  const group = { from: [{ collectionId: "parts", allDescendants: true }] };
  const cut = async (structuredQuery: StructuredQuery, below = ""): Promise<number> =>
    (await raw.call("PartitionQuery", { parent: `${raw.root}${below}`, structuredQuery, partitionCount: "2" })).code;
  const refused: StructuredQuery[] = [
    { from: [{ collectionId: "parts" }] },
    { from: [{ allDescendants: true }] },
    { ...group, limit: { value: 2 } },
    { ...group, offset: 1 },
    { ...group, startAt: { values: [] } },
    { ...group, endAt: { values: [] } },
  ];
  expect(await Promise.all(refused.map((query) => cut(query)))).toEqual(refused.map(() => 3));
  expect([await cut(group), await cut(group, "/a/1")]).toEqual([0, 3]);
});
