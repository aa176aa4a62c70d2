import { expect } from "vitest";
import type { Timestamp, Write, WriteResult } from "../../../src/embedded/encoding/messages.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* What Commit answers, by raw gRPC, the same from both stores. */

function open(port: number): OpenClient<RawClient> {
  const client = rawClient(port, "demo-commit", "owner");
  return { client, close: async () => client.close() };
}

const set = (raw: RawClient, path: string): Write => ({ operation: "update", update: { name: `${raw.root}/${path}` } });
const remove = (raw: RawClient, path: string): Write => ({ operation: "delete", delete: `${raw.root}/${path}` });
const verify = (raw: RawClient, path: string, exists: boolean): Write => ({
  operation: "verify",
  verify: `${raw.root}/${path}`,
  currentDocument: { conditionType: "exists", exists },
});

const increment = {
  fieldPath: "n",
  transformType: "increment",
  increment: { valueType: "integerValue", integerValue: "1" },
} as const;

async function begin(raw: RawClient, options: object): Promise<Buffer> {
  const begun = await raw.call<{ transaction: Buffer }>("BeginTransaction", { database: raw.database, options });
  const [answer] = "messages" in begun ? begun.messages : [];
  if (!answer) throw new Error("no transaction began");
  return answer.transaction;
}

/** Commits, and gives the results and whether each carries the time of the commit. */
async function committed(raw: RawClient, writes: Write[]): Promise<{ results: WriteResult[]; timed: boolean[] }> {
  const outcome = await raw.commit(writes);
  if (!("messages" in outcome)) throw new Error(outcome.message);
  const { writeResults: results = [], commitTime } = outcome.messages[0] ?? {};
  return { results, timed: results.map(({ updateTime }) => text(updateTime) === text(commitTime)) };
}

const text = (time: Timestamp | null | undefined): string => JSON.stringify(time);

describeBothStores(open, (onStore, store) => {
  onStore("a write may demand something of a document and leave it alone", async (raw) => {
    await committed(raw, [set(raw, "verify/there")]);
    const both = [verify(raw, "verify/there", true), verify(raw, "verify/none", false)];
    const { results, timed } = await committed(raw, [...both, set(raw, "verify/new")]);
    expect([results.length, timed[0], timed[2]]).toEqual([3, false, true]);
    // The emulator makes up an update time for the document that is not there.
    expect(Boolean(results[1]?.updateTime)).toBe(store === "official emulator");
    const codes = ["there", "none", "new"].map(
      async (id) => (await raw.call("GetDocument", { name: `${raw.root}/verify/${id}` })).code,
    );
    expect(await Promise.all(codes)).toEqual([0, 5, 0]);
    expect(await raw.commit([set(raw, "verify/newer"), verify(raw, "verify/none", true)])).toMatchObject({ code: 5 });
    expect(await raw.commit([set(raw, "verify/newer"), verify(raw, "verify/new", false)])).toMatchObject({ code: 6 });
    expect(await raw.call("GetDocument", { name: `${raw.root}/verify/newer` })).toMatchObject({ code: 5 });
  });

  onStore("each write answers with what the whole commit made of its document", async (raw) => {
    await committed(raw, [set(raw, "twice/a")]);
    expect((await committed(raw, [remove(raw, "twice/a"), set(raw, "twice/a")])).timed).toEqual([true, true]);
    expect((await committed(raw, [set(raw, "twice/a"), remove(raw, "twice/a")])).results).toEqual([{}, {}]);
  });

  onStore("a transaction commits once, also when two commits of it arrive together", async (raw) => {
    const transaction = await begin(raw, {});
    const writes: Write[] = [
      { operation: "transform", transform: { document: `${raw.root}/once/a`, fieldTransforms: [increment] } },
    ];
    const outcomes = await Promise.all([raw.commit(writes, transaction), raw.commit(writes, transaction)]);
    expect(outcomes.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(await raw.commit(writes, transaction)).toMatchObject({ code: 3 });
    expect(await raw.call("GetDocument", { name: `${raw.root}/once/a` })).toMatchObject({
      messages: [{ fields: { n: increment.increment } }],
    });
  });

  onStore("a read-only transaction ends well, whatever has changed since it read", async (raw) => {
    await raw.commit([set(raw, "seen/a")]);
    const transaction = await begin(raw, { readOnly: {} });
    const documents = [`${raw.root}/seen/a`, `${raw.root}/seen/none`];
    await raw.call("BatchGetDocuments", { database: raw.database, documents, transaction });
    await raw.commit([remove(raw, "seen/a"), set(raw, "seen/none")]);
    expect(await raw.commit([], transaction)).toMatchObject({ code: 0 });
  });
});
