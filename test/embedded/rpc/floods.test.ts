import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { type EngineTestOptions, startEngine } from "../../../src/embedded/index.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { rawClient } from "../support/raw.js";

const MiB = 1024 * 1024;
const MESSAGE_BYTES = 30 * MiB;
const TOKEN = "secret";
const COMMIT = "/google.firestore.v1.Firestore/Commit";
const CONNECTIONS = 60;

async function start(admissionLimits: NonNullable<EngineTestOptions["admissionLimits"]> = {}) {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, token: TOKEN, admissionLimits });
  onTestFinished(() => engine.close());
  return engine.port;
}

/** A connection of HTTP/2 with the engine; the test does not care how it ends. */
async function open(port: number): Promise<ClientHttp2Session> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  await once(session, "remoteSettings");
  return session;
}

const CALL = { ":method": "POST", ":path": COMMIT, "content-type": "application/grpc", te: "trailers" };

/** What stands before a message of this many bytes. */
function frameOf(bytes: number): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(bytes, 1);
  return frame;
}

/** Begins a call and sends all but the last byte of its message, as far as it is taken. Gives how the call ends. */
function sendUnfinished(session: ClientHttp2Session, token: string) {
  const stream = session.request({ ...CALL, authorization: `Bearer ${token}` });
  let left = MESSAGE_BYTES - 1;
  const more = (error?: Error | null): void => {
    if (error || left <= 0 || stream.destroyed) return;
    const size = Math.min(left, ZEROS.length);
    left -= size;
    stream.write(ZEROS.subarray(0, size), more);
  };
  stream.write(frameOf(MESSAGE_BYTES), more);
  return outcome(stream);
}

const ZEROS = Buffer.alloc(256 * 1024);

async function outcome(stream: ClientHttp2Stream): Promise<{ status: unknown; code: number }> {
  let status: unknown;
  stream.on("error", () => {});
  stream.on("trailers", (trailers) => {
    status = trailers["grpc-status"];
  });
  stream.resume();
  await new Promise((resolve) => stream.once("close", resolve));
  return { status, code: stream.rstCode };
}

async function writesAndReads(port: number, token: string) {
  const db = connect(port, token);
  await db.doc("c/a").set({ n: 1 });
  expect((await db.doc("c/a").get()).get("n")).toBe(1);
  await db.terminate();
}

it("a caller without the token is refused before its body, of which the engine takes a window at most", async () => {
  const port = await start();
  const sessions: ClientHttp2Session[] = [];
  for (let at = 0; at < 30; at++) sessions.push(await open(port));
  const ends = await Promise.all(sessions.map((session) => sendUnfinished(session, "guess")));
  expect(ends).toEqual(sessions.map(() => ({ status: "16", code: constants.NGHTTP2_NO_ERROR })));
  for (const session of sessions) expect(session.socket.bytesWritten).toBeLessThan(5 * MiB);
  await writesAndReads(port, TOKEN);
});

it("unfinished requests of all connections are kept up to a sum, and small ones get through", async () => {
  const before = process.memoryUsage().arrayBuffers;
  const port = await start();
  const ended: { code: number }[] = [];
  for (let at = 0; at < CONNECTIONS; at++) void sendUnfinished(await open(port), TOKEN).then((end) => ended.push(end));
  await vi.waitFor(() => expect(ended.length).toBeGreaterThanOrEqual(CONNECTIONS - 5), { timeout: 60_000 });
  expect(ended.map(({ code }) => code)).toEqual(ended.map(() => constants.NGHTTP2_ENHANCE_YOUR_CALM));
  await writesAndReads(port, TOKEN);
  // What was let go may not have been collected yet.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(600 * MiB);
});

it("a request that does not become complete is ended, and streams of requests are not", async () => {
  const port = await start({ receive: { requestMs: 100 } });
  const writes = rawClient(port, "demo-floods", TOKEN);
  onTestFinished(() => writes.close());
  const stream = writes.open<{ streamId?: string; commitTime?: object }>("Write");
  stream.send({ database: writes.database });
  await stream.next();
  const stalled = (await open(port)).request({ ...CALL, authorization: `Bearer ${TOKEN}` });
  stalled.write(frameOf(100));
  expect(await outcome(stalled)).toMatchObject({ code: constants.NGHTTP2_ENHANCE_YOUR_CALM });
  stream.send({ writes: [{ operation: "update", update: { name: `${writes.root}/c/a`, fields: {} } }] });
  expect(await stream.next()).toMatchObject({ commitTime: expect.anything() });
});

it("a stream of requests may bring any number of bytes, one request after the other", async () => {
  const port = await start({ receive: { totalBytes: 4 * MiB } });
  const writes = rawClient(port, "demo-floods", TOKEN);
  onTestFinished(() => writes.close());
  const stream = writes.open<{ commitTime?: object }>("Write");
  stream.send({ database: writes.database });
  await stream.next();
  const fields = { text: { valueType: "stringValue", stringValue: "x".repeat(MiB - 1_000) } };
  for (let at = 0; at < 12; at++) {
    stream.send({ writes: [{ operation: "update", update: { name: `${writes.root}/c/${at}`, fields } }] });
    expect(await stream.next()).toMatchObject({ commitTime: expect.anything() });
  }
});

it("connections that bring no call give way to new ones, and end", async () => {
  const port = await start({ connections: { strangers: 5, strangerMs: 300 } });
  const ends: Promise<unknown>[] = [];
  const client = connect(port, TOKEN);
  await client.doc("c/a").set({ n: 1 });
  for (let at = 0; at < CONNECTIONS; at++) {
    const socket = connectTcp(port, "127.0.0.1");
    ends.push(new Promise((resolve) => socket.resume().once("close", resolve)));
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    if (at % 20 === 0) await writesAndReads(port, TOKEN);
  }
  await Promise.all(ends);
  // Its connection is known, however long it is idle.
  const known = client.doc("c/a").get();
  expect((await known).get("n")).toBe(1);
  await client.terminate();
});

it("calls that are given up at once, with the token or without, disturb nobody", async () => {
  const port = await start();
  const session = await open(port);
  for (let at = 0; at < 300; at++) {
    const stream = session.request({ ...CALL, authorization: `Bearer ${at % 2 === 0 ? TOKEN : "guess"}` });
    stream.on("error", () => {});
    stream.write(frameOf(100));
    stream.close(constants.NGHTTP2_CANCEL);
  }
  await writesAndReads(port, TOKEN);
});

it("the engine lets its clients send 4 MiB at once, on a stream and on a connection", async () => {
  const session = connectHttp2(`http://127.0.0.1:${await start()}`);
  onTestFinished(() => session.destroy());
  const [settings] = await once(session, "remoteSettings");
  expect(settings).toMatchObject({ initialWindowSize: 4 * MiB, maxConcurrentStreams: 1_000 });
  // What the connection takes comes in a frame of its own.
  await vi.waitFor(() => expect(session.state.remoteWindowSize).toBe(4 * MiB));
});
