import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import type { Document, Write } from "../../../src/embedded/encoding/messages.js";
import { startEngine } from "../../../src/embedded/index.js";
import { int } from "../differential/requests/parts.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { type Outcome, type RawClient, rawClient } from "../support/raw.js";

/*
 * A transaction that has lost three times gets a turn, in which commits that would make it lose again wait for it. The
 * turns of these tests would outlast them: whatever waits goes on because a turn has ended.
 */

const LONG = 10 * 60_000;
const ABORTED = 10;

/** A client of an engine of its own, as of a process of its own, on a file. */
async function clientOf(file: string, turnMs = LONG): Promise<RawClient> {
  const engine = await startEngine({ file, indexes: NO_INDEXES, turnMs });
  const raw = rawClient(engine.port, "demo-turns");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  return raw;
}

function only<T>(outcome: Outcome<T>): T {
  if (!("messages" in outcome) || outcome.messages[0] === undefined) throw new Error(JSON.stringify(outcome));
  return outcome.messages[0];
}

async function begin(raw: RawClient, retryTransaction?: Buffer): Promise<Buffer> {
  const readWrite = retryTransaction ? { retryTransaction } : {};
  const begun = await raw.call<{ transaction: Buffer }>("BeginTransaction", {
    database: raw.database,
    options: { readWrite },
  });
  return only(begun).transaction;
}

async function valueIn(raw: RawClient, transaction: Buffer, path: string): Promise<number> {
  const outcome = await raw.call<Document>("GetDocument", { name: `${raw.root}/${path}`, transaction });
  const value = "messages" in outcome ? outcome.messages[0]?.fields?.n : undefined;
  return value?.valueType === "integerValue" ? Number(value.integerValue) : 0;
}

const set = (raw: RawClient, path: string, n: number): Write => ({
  operation: "update",
  update: { name: `${raw.root}/${path}`, fields: { n: int(n) } },
});

/** Adds one to a document until that is committed or `over`; gives how often it has lost. */
async function addOne(raw: RawClient, path: string, over: () => boolean = () => false): Promise<number> {
  for (let losses = 0; ; losses++) {
    const id = await begin(raw);
    const n = await valueIn(raw, id, path);
    const { code } = await raw.commit([set(raw, path, n + 1)], id);
    if (code === 0 || over()) return losses;
    expect(code).toBe(ABORTED);
  }
}

/** A transaction that has read `path` and lost three times, begun once more, and read again. */
async function loserOf(raw: RawClient, path: string): Promise<Buffer> {
  let id: Buffer | undefined;
  for (let losses = 0; losses < 3; losses++) {
    id = await begin(raw, id);
    await valueIn(raw, id, path);
    only(await raw.commit([set(raw, path, losses)]));
    expect((await raw.commit([set(raw, "log/x", losses)], id)).code).toBe(ABORTED);
  }
  const last = await begin(raw, id);
  await valueIn(raw, last, path);
  return last;
}

/** Whether a commit has ended, once other commits have come and gone. */
async function hasEnded(raw: RawClient, commit: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void commit.then(() => {
    ended = true;
  });
  for (let n = 0; n < 8; n++) only(await raw.commit([set(raw, "elsewhere/x", n)]));
  return ended;
}

it.each([
  ["one process", false],
  ["two processes", true],
])("a long one among four short ones loses three times, then wins: %s", async (_, apart) => {
  const file = temporaryFile();
  const raw = await clientOf(file);
  const others = apart ? await clientOf(file) : raw;
  let added = 0;
  let over = false;
  const short = async (): Promise<void> => {
    for (; !over; added++) await addOne(others, "c/x", () => over);
  };
  const shorts = Array.from({ length: 4 }, short);

  let losses = 0;
  for (let id: Buffer | undefined; ; losses++) {
    const before = added;
    id = await begin(raw, id);
    const n = await valueIn(raw, id, "c/x");
    // Without a turn it loses for certain; with one, the short ones have the time of many reads to come in between.
    if (losses < 3) while (added === before) await nextTurn();
    else for (let reads = 0; reads < 30; reads++) await valueIn(raw, id, `c/other${reads}`);
    const { code } = await raw.commit([set(raw, "c/x", n + 1), set(raw, "c/long", losses)], id);
    if (code === 0 || losses === 8) break;
  }
  over = true;
  await Promise.all(shorts);
  expect(losses).toBe(3);
});

it.each<[string, (raw: RawClient, loser: Buffer) => Promise<number>]>([
  ["commits", async (raw, loser) => (await raw.commit([set(raw, "c/x", 100)], loser)).code],
  ["commits nothing", async (raw, loser) => (await raw.commit([], loser)).code],
  ["is refused", async (raw, loser) => (await raw.commit([{}], loser)).code - 3],
  [
    "is rolled back",
    async (raw, transaction) => (await raw.call("Rollback", { database: raw.database, transaction })).code,
  ],
])("whoever waits for a turn goes on when its transaction %s", async (_, end) => {
  const file = temporaryFile();
  const raw = await clientOf(file);
  const other = await clientOf(file);
  const loser = await loserOf(raw, "c/x");
  const waiting = [raw, other].map((client) => client.commit([set(client, "c/x", 200)]));
  for (const commit of waiting) expect(await hasEnded(raw, commit)).toBe(false);
  expect(await end(raw, loser)).toBe(0);
  for (const commit of waiting) only(await commit);
});

it("a commit waits once, and no longer than a turn lasts", async () => {
  const raw = await clientOf(temporaryFile(), 250);
  const loser = await loserOf(raw, "c/x");
  only(await raw.commit([set(raw, "c/x", 200)]));
  expect((await raw.commit([set(raw, "log/x", 1)], loser)).code).toBe(ABORTED);
});

it("what the loser did not read waits for nothing", async () => {
  const raw = await clientOf(temporaryFile());
  await loserOf(raw, "c/x");
  only(await raw.commit([set(raw, "c/y", 1), set(raw, "c/x/c/x", 1)]));
  await addOne(raw, "d/x");
});

it("of two that have lost, the one that lost first does not wait for the other", async () => {
  const raw = await clientOf(temporaryFile());
  const first = await loserOf(raw, "c/x");
  const second = await loserOf(raw, "c/y");
  const late = raw.commit([set(raw, "c/x", 200)], second);
  expect(await hasEnded(raw, late)).toBe(false);
  only(await raw.commit([set(raw, "c/y", 100)], first));
  expect((await late).code).toBe(ABORTED);
});
