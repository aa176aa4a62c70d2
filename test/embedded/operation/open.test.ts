import { chmodSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  type Engine,
  type EngineOptions,
  type EngineTestOptions,
  StoreError,
  startEngine,
} from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile, temporaryFolder } from "../support/folder.js";
import { startAsNobody } from "../support/nobody.js";
import { rawClient } from "../support/raw.js";

/* What can be wrong with a file, a folder or a port: each gets an error with what to do, and nothing is lost. */

const start = async (options: Partial<EngineOptions> & EngineTestOptions & { file: string }): Promise<Engine> => {
  const engine = await startEngine({ indexes: NO_INDEXES, lockWaitMs: 50, ...options });
  onTestFinished(() => engine.close());
  return engine;
};

function client(engine: Engine) {
  const raw = rawClient(engine.port, "demo-open");
  onTestFinished(() => raw.close());
  const set = (id: string, text = "x") =>
    raw.commit([
      {
        operation: "update",
        update: { name: `${raw.root}/c/${id}`, fields: { text: { valueType: "stringValue", stringValue: text } } },
      },
    ]);
  const get = (id: string) => raw.call("GetDocument", { name: `${raw.root}/c/${id}` });
  return { ...raw, set, get };
}

const code = (name: string, words: RegExp) =>
  expect.objectContaining({ code: name, message: expect.stringMatching(words) });

it("a missing folder is made, and folder and files are private", async () => {
  const folder = join(temporaryFolder(), "deep", "data");
  const file = join(folder, "store.db");
  const { set } = client(await start({ file }));
  expect(await set("a")).toMatchObject({ code: 0 });
  expect((statSync(folder).mode & 0o777).toString(8)).toBe("700");
  for (const suffix of ["", "-wal", "-shm"]) {
    expect((statSync(`${file}${suffix}`).mode & 0o777).toString(8), suffix).toBe("600");
  }
});

it("a file that others can read is made private", async () => {
  const file = temporaryFile();
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  await start({ file });
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
});

it("a folder that cannot be written", async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  const error = await startAsNobody(join(folder, "store.db"));
  expect(error).toEqual({ code: "read_only_store", message: expect.stringMatching(/permissions/) });
});

it("a folder that cannot be made", async () => {
  // What it says depends on the user; that it says something at all is what Node's recursive mkdir does not do here.
  await expect(start({ file: "/proc/none/deep/store.db" })).rejects.toThrow(StoreError);
});

it("a path that leads through a file", async () => {
  const file = temporaryFile();
  writeFileSync(file, "text");
  await expect(start({ file: join(file, "store.db") })).rejects.toEqual(code("io_error", /folder/));
});

it("a file that is no database is refused and left as it is", async () => {
  const file = temporaryFile();
  writeFileSync(file, "this is a letter to a friend, long enough to look like a header of something".repeat(20));
  const before = readFileSync(file);
  await expect(start({ file })).rejects.toEqual(code("not_a_store", /another file|backup/));
  expect(readFileSync(file).equals(before)).toBe(true);
});

it("a database of another program is refused and left as it is", async () => {
  const file = temporaryFile();
  const foreign = openConnection(file);
  foreign.exec("CREATE TABLE letters (text)");
  foreign.close();
  await expect(start({ file })).rejects.toEqual(code("not_a_store", /not a store/));
  const again = openConnection(file);
  expect(again.all("SELECT name FROM sqlite_schema")).toEqual([{ name: "letters" }]);
  again.close();
});

it("a store that a newer program wrote", async () => {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES });
  await engine.close();
  const newer = openConnection(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  await expect(start({ file })).rejects.toEqual(code("newer_schema", /schema version 99.*Update/));
});

it("a newer program that comes while this one runs stops its reads and writes", async () => {
  const file = temporaryFile();
  const { set, get } = client(await start({ file }));
  expect(await set("a")).toMatchObject({ code: 0 });
  const newer = openConnection(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  expect(await set("b")).toMatchObject({ code: 9, message: expect.stringMatching(/Update the program/) });
  expect(await get("a")).toMatchObject({ code: 9 });
});

it("a file that is damaged inside: reads say so, the rest of the file is not touched", async () => {
  const file = temporaryFile();
  const first = await startEngine({ file, indexes: NO_INDEXES });
  const writer = rawClient(first.port, "demo-open");
  for (let n = 0; n < 50; n++) {
    const fields = { text: { valueType: "stringValue", stringValue: "x".repeat(2_000) } } as const;
    await writer.commit([{ operation: "update", update: { name: `${writer.root}/c/d${n}`, fields } }]);
  }
  writer.close();
  await first.close();
  const size = statSync(file).size;
  const handle = openSync(file, "r+");
  for (let at = 16_384; at < size; at += 4_096) writeSync(handle, Buffer.alloc(4_096, 0x5a), 0, 4_096, at);

  const engine = await startEngine({ file, indexes: NO_INDEXES }).catch((error: unknown) => error);
  if (engine instanceof Error) {
    expect(engine).toEqual(code("corrupt", /backup/));
    return;
  }
  const running = engine as Engine;
  onTestFinished(() => running.close());
  const { runQuery } = client(running);
  expect(await runQuery({ from: [{ collectionId: "c" }] })).toMatchObject({
    code: 15,
    message: expect.stringMatching(/backup/),
  });
});

it("a store that another process keeps locked", async () => {
  const file = temporaryFile();
  const { set } = client(await start({ file }));
  const holder = openConnection(file);
  holder.exec("BEGIN IMMEDIATE");
  expect(await set("a")).toMatchObject({ code: 9, message: expect.stringMatching(/lock/) });
  await expect(start({ file })).rejects.toEqual(code("store_locked", /Another program/));
  holder.rollback();
  holder.close();
  expect(await set("a")).toMatchObject({ code: 0 });
});

it("a write waits for another program's lock, and each as long as it may itself", async () => {
  const file = temporaryFile();
  const faults: string[] = [];
  const engine = await startEngine({
    file,
    indexes: NO_INDEXES,
    lockWaitMs: 60_000,
    onStoreFault: (fault) => faults.push(fault),
  });
  onTestFinished(() => engine.close());
  const { set, get } = client(engine);
  const holder = openConnection(file);
  holder.exec("BEGIN IMMEDIATE");
  const waiting = ["a", "b"].map((id) => set(id));
  // Answered after the engine has begun with the writes, which came before it over the same connection.
  expect(await get("a")).toMatchObject({ code: 5 });
  holder.rollback();
  holder.close();
  expect(await Promise.all(waiting)).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(faults).toEqual([]);
});

it("the state of the file is told when it changes, not for each call that meets it", async () => {
  const file = temporaryFile();
  const told: unknown[] = [];
  const { set } = client(
    await start({
      file,
      onStoreFault: (fault, message) => told.push([fault, message]),
      onStoreRecovered: (faults) => told.push(faults),
    }),
  );
  const locked = ["store_locked", expect.stringContaining("locked")];
  for (const heard of [[locked], [locked, ["store_locked"], locked]]) {
    const holder = openConnection(file);
    holder.exec("BEGIN IMMEDIATE");
    expect(await Promise.all(["a", "b"].map((id) => set(id)))).toMatchObject([{ code: 9 }, { code: 9 }]);
    expect(await set("c")).toMatchObject({ code: 9 });
    expect(told).toEqual(heard);
    holder.rollback();
    holder.close();
    expect(await set("d")).toMatchObject({ code: 0 });
  }
});

it("a full disk: the write fails, what was there stays, and writing goes on when there is room", async () => {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES, maxBytes: 400_000 });
  const raw = rawClient(engine.port, "demo-open");
  const fields = { text: { valueType: "stringValue", stringValue: "x".repeat(20_000) } } as const;
  const set = (id: string) => raw.commit([{ operation: "update", update: { name: `${raw.root}/c/${id}`, fields } }]);
  const written: string[] = [];
  let outcome = await set("d0");
  while (outcome.code === 0) {
    written.push(`d${written.length}`);
    outcome = await set(`d${written.length}`);
  }
  expect(outcome).toMatchObject({ code: 9, message: expect.stringMatching(/disk is full.*nothing was lost/) });
  raw.close();
  await engine.close();

  const { runQuery, set: setAgain } = client(await start({ file }));
  const left = await runQuery({ from: [{ collectionId: "c" }] });
  const names =
    "messages" in left ? left.messages.flatMap(({ document }) => document?.name?.split("/").at(-1) ?? []) : [];
  expect(names.sort()).toEqual(written.sort());
  expect(await setAgain("more")).toMatchObject({ code: 0 });
});

it("a full disk: of a batch of writes each says whether it is there", async () => {
  const raw = client(await start({ file: temporaryFile(), maxBytes: 400_000 }));
  const put = (id: string, length: number) => ({
    operation: "update",
    update: {
      name: `${raw.root}/c/${id}`,
      fields: { b: { valueType: "bytesValue", bytesValue: Buffer.alloc(length) } },
    },
  });
  const writes = [put("a", 1), put("big", 900_000), put("c", 1)];
  const outcome = await raw.call<{ status: { code?: number }[] }>("BatchWrite", { database: raw.database, writes });
  const codes = "messages" in outcome ? outcome.messages[0]?.status.map(({ code = 0 }) => code) : [outcome.code];
  expect(codes).toEqual([0, 9, 0]);
  expect(await raw.runQuery({ from: [{ collectionId: "c" }] })).toMatchObject({ messages: [{}, {}, {}] });
});

it("a port that is taken", async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(start({ file: temporaryFile(), port })).rejects.toEqual(
    code("port_taken", new RegExp(`${port}.*another`)),
  );
});

it("indexes of a wrong shape are refused with the place", async () => {
  const file = temporaryFile();
  const indexes = { indexes: [{ collectionGroup: "a", fields: 5 }] } as unknown as EngineOptions["indexes"];
  await expect(start({ file, indexes })).rejects.toEqual(code("bad_indexes", /indexes\[0\]\.fields/));
  expect(existsSync(`${file}-wal`)).toBe(false);
});

it("a file on a network file system is told of, and one on a local disk is not", async () => {
  const told: string[] = [];
  const onNetworkDisk = (fileSystem: string) => told.push(fileSystem);
  await start({ file: temporaryFile(), onNetworkDisk });
  expect(told).toEqual([]);
  // What statfs gives for them; signed where the number does not fit into 31 bits.
  for (const type of [0x6969, 0xff534d42 | 0, 0xfe534d42, 0x65735546]) {
    await start({ file: temporaryFile(), onNetworkDisk, fileSystemType: () => type });
  }
  expect(told).toEqual(["NFS", "CIFS", "SMB2", "FUSE"]);
});
