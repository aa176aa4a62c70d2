import { expect, it, onTestFinished } from "vitest";
import type { Fields, Timestamp, Write, WriteResult } from "../../../src/embedded/encoding/messages.js";
import { startEngine } from "../../../src/embedded/index.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* The streaming Write RPC, message by message, with the same answers from both stores. */

interface WriteResponse {
  streamId?: string;
  streamToken?: Buffer;
  writeResults?: WriteResult[];
  commitTime?: Timestamp;
}

const MISSING = 5;

function open(port: number): OpenClient<RawClient> {
  const client = rawClient(port, "demo-write-stream", "owner");
  return { client, close: async () => client.close() };
}

/** A stream after the handshake, and the token that came with it. */
async function openStream(raw: RawClient) {
  const stream = raw.open<WriteResponse>("Write");
  stream.send({ database: raw.database });
  const { streamId, streamToken } = await stream.next();
  return { ...stream, streamId, streamToken };
}

const int = (n: number): Fields[string] => ({ valueType: "integerValue", integerValue: String(n) });
const set = (raw: RawClient, path: string, n: number): Write => ({
  operation: "update",
  update: { name: `${raw.root}/${path}`, fields: { n: int(n) } },
});
const onlyIf = (write: Write, exists: boolean): Write => ({
  ...write,
  currentDocument: { conditionType: "exists", exists },
});

/** The `n` of a document; undefined when there is none. */
async function read(raw: RawClient, path: string): Promise<number | undefined> {
  const got = await raw.call<{ fields?: Fields }>("GetDocument", { name: `${raw.root}/${path}` });
  if (!("messages" in got)) {
    expect(got.code).toBe(MISSING);
    return undefined;
  }
  const value = got.messages[0]?.fields?.n;
  return value?.valueType === "integerValue" ? Number(value.integerValue) : undefined;
}

const micros = ({ seconds = "0", nanos = 0 }: Timestamp = {}) => Number(seconds) * 1e6 + nanos / 1e3;

describeBothStores(open, (onStore, name) => {
  onStore("a handshake, then commits with results, times and tokens, one after the other", async (raw) => {
    const stream = await openStream(raw);
    expect([typeof stream.streamId, Buffer.isBuffer(stream.streamToken)]).toEqual(["string", true]);
    const increment = { fieldPath: "n", transformType: "increment", increment: int(5) } as const;
    const first = { ...set(raw, "hand/a", 1), updateTransforms: [increment] };
    const absent: Write = { operation: "delete", delete: `${raw.root}/hand/none` };
    stream.send({ writes: [first, absent], streamToken: stream.streamToken });
    const one = await stream.next();
    expect(one.writeResults).toEqual([{ updateTime: one.commitTime, transformResults: [int(6)] }, {}]);
    stream.send({ writes: [set(raw, "hand/b", 2)], streamToken: one.streamToken });
    const two = await stream.next();
    expect(micros(two.commitTime)).toBeGreaterThan(micros(one.commitTime));
    expect([one.streamId, one.streamToken?.equals(two.streamToken ?? Buffer.alloc(0))]).toEqual([undefined, false]);
    expect([await read(raw, "hand/a"), await read(raw, "hand/b")]).toEqual([6, 2]);
    stream.end();
    expect(await stream.rest()).toEqual({ code: 0, messages: [] });
  });

  onStore("requests that do not wait for answers are committed in their order, also when no more come", async (raw) => {
    const stream = raw.open<WriteResponse>("Write");
    stream.send({ database: raw.database });
    for (let n = 0; n < 20; n++) stream.send({ writes: [set(raw, "order/a", n)] });
    stream.end();
    const rest = await stream.rest();
    if (!("messages" in rest)) throw new Error(rest.message);
    const times = rest.messages.slice(1).map((answer) => micros(answer.commitTime));
    expect(times).toHaveLength(20);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(await read(raw, "order/a")).toBe(19);
  });

  onStore("a request without writes is answered, and is the last", async (raw) => {
    const stream = await openStream(raw);
    stream.send({ streamToken: stream.streamToken });
    expect(await stream.rest()).toEqual({ code: 0, messages: [{ streamToken: expect.any(Buffer) }] });
  });

  onStore("a stream that ends before it began has no answer", async (raw) => {
    const stream = raw.open<WriteResponse>("Write");
    stream.end();
    expect(await stream.rest()).toEqual({ code: 0, messages: [] });
  });

  onStore(
    "a write that fails ends the stream with its code; nothing of its request or of later ones stays",
    async (raw) => {
      await raw.commit([set(raw, "fail/there", 1)]);
      const outOfTime: Write["currentDocument"] = { conditionType: "updateTime", updateTime: { seconds: "5" } };
      const refused: [Write[], number][] = [
        [[onlyIf(set(raw, "fail/none", 1), true)], 5],
        [[onlyIf(set(raw, "fail/there", 2), false)], 6],
        [[{ ...set(raw, "fail/there", 2), currentDocument: outOfTime }], 9],
        [[set(raw, "fail/twice", 1), onlyIf(set(raw, "fail/twice", 1), false)], 3],
        [[{ operation: "update", update: { name: "fail/a" } }], 3],
        [[set(raw, "fail", 1)], 3],
      ];
      for (const [writes, code] of refused) {
        const stream = await openStream(raw);
        stream.send({ writes: [set(raw, "fail/with", 1), ...writes], streamToken: stream.streamToken });
        stream.send({ writes: [set(raw, "fail/after", 1)], streamToken: stream.streamToken });
        expect(await stream.rest(), JSON.stringify(writes)).toMatchObject({ code });
      }
      expect([await read(raw, "fail/with"), await read(raw, "fail/after")]).toEqual([undefined, undefined]);
      expect(await read(raw, "fail/there")).toBe(1);
    },
  );

  onStore("the first request names the database, brings no writes and resumes nothing", async (raw) => {
    const { database } = raw;
    const requests = [
      {},
      { database, writes: [set(raw, "first/a", 1)] },
      { database, streamId: "0" },
      { database, streamToken: Buffer.from("0") },
      // The emulator takes any name.
      ...(name === "embedded" ? [{ database: "nonsense" }] : []),
    ];
    for (const request of requests) {
      const stream = raw.open<WriteResponse>("Write");
      stream.send(request);
      expect(await stream.rest(), JSON.stringify(request)).toMatchObject({ code: 3 });
    }
    expect(await read(raw, "first/a")).toBe(undefined);
  });

  onStore("later requests stay with the stream's database and id, whatever token they bring", async (raw) => {
    const stream = await openStream(raw);
    const writes = [set(raw, "later/a", 1)];
    stream.send({ database: raw.database, writes, streamToken: Buffer.from("none of yours") });
    expect((await stream.next()).writeResults).toHaveLength(1);
    stream.send({ database: "projects/other/databases/(default)", writes });
    expect(await stream.rest()).toMatchObject({ code: 3 });

    const other = await openStream(raw);
    other.send({ streamId: other.streamId, writes: [set(raw, "later/b", 1)] });
    expect(await other.rest()).toMatchObject({ code: 3 });
    expect([await read(raw, "later/a"), await read(raw, "later/b")]).toEqual([1, undefined]);
  });
});

it("a request above the limit of a commit ends the stream with the reason", async () => {
  const { raw } = await startRaw();
  const stream = await openStream(raw);
  const half: Fields = { s: { valueType: "stringValue", stringValue: "x".repeat(900_000) } };
  const writes = Array.from({ length: 12 }, (_, n) => ({
    operation: "update",
    update: { name: `${raw.root}/big/${n}`, fields: half },
  }));
  stream.send({ writes, streamToken: stream.streamToken });
  expect(await stream.rest()).toMatchObject({ code: 3, message: expect.stringMatching(/over the limit/) });
  expect(await read(raw, "big/0")).toBe(undefined);
});

it("a client that vanishes in the middle leaves whole commits behind", async () => {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES });
  const client = rawClient(engine.port, "demo-write-stream");
  const stream = await openStream(client);
  for (let n = 1; n <= 200; n++) stream.send({ writes: [set(client, "gone/a", n), set(client, "gone/b", n)] });
  await stream.next();
  stream.vanish();
  await expect(stream.next()).rejects.toMatchObject({ code: 1 });
  client.close();
  await engine.close();
  const { raw } = await startRaw(file);
  const left = await read(raw, "gone/a");
  expect(left).toBeGreaterThan(0);
  expect(await read(raw, "gone/b")).toBe(left);
});

/** An engine of its own, with a client that has gone when the test has ended. */
async function startRaw(file = ":memory:") {
  const engine = await startEngine({ file, indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-write-stream");
  onTestFinished(async () => {
    raw.close();
    await engine.close();
  });
  return { engine, raw };
}
