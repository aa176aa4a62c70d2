import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Write } from "../../../src/embedded/encoding/messages.js";
import { backup, check, startEngine } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { openStoreFile } from "../../../src/embedded/storage/store-file.js";
import { startEmulatorCommand } from "../../support/cli.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFolder } from "../support/folder.js";
import { rawClient } from "../support/raw.js";

/* A file that is replaced or deleted while it is in use: nothing is acknowledged that is not where the path leads. */

/** A store with one document and a backup of it, made once: to be copied. */
const made = mkdtempSync(join(tmpdir(), "replaced-"));
const MADE = { file: join(made, "store.db"), saved: join(made, "backup.db") };
beforeAll(async () => {
  const engine = await startEngine({ file: MADE.file, indexes: NO_INDEXES });
  const raw = rawClient(engine.port, PROJECT);
  await raw.commit([setting(raw, "before")]);
  raw.close();
  backup(MADE.file, MADE.saved);
  await engine.close();
});
afterAll(() => rmSync(made, { recursive: true }));

/** A copy of it in a folder of its own, so that the folder can be moved; a backup of it, and a link to it. */
function aStore() {
  const top = temporaryFolder();
  const folder = join(top, "data");
  const places = { folder, file: join(folder, "store.db"), saved: join(top, "backup.db"), link: join(top, "link.db") };
  mkdirSync(folder);
  copyFileSync(MADE.file, places.file);
  copyFileSync(MADE.saved, places.saved);
  symlinkSync(places.file, places.link);
  return places;
}

type Places = ReturnType<typeof aStore>;

/** An engine in a process of its own, as restarts need it: this process would keep the locks of files that it closed. */
async function startProcess(file: string) {
  const emulator = await startEmulatorCommand(["--data", file]);
  let ended = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (!ended) await emulator.stop(signal);
    ended = true;
  };
  onTestFinished(() => stop("SIGKILL"));
  const told = () => emulator.output().stderr.match(/"event":"store_replaced"/g)?.length ?? 0;
  return { stop, told, ...client(Number(emulator.host.split(":")[1])) };
}

async function start(file: string) {
  const told: string[] = [];
  const onReplaced = () => void told.push("replaced");
  const engine = await startEngine({ file, indexes: NO_INDEXES, lockWaitMs: 200, onReplaced });
  onTestFinished(() => engine.close());
  return { engine, told, ...client(engine.port) };
}

function client(port: number) {
  const raw = rawClient(port, PROJECT);
  onTestFinished(() => raw.close());
  const set = (id: string) => raw.commit([setting(raw, id)]);
  const ids = async (): Promise<string[]> => {
    const found = await raw.runQuery({ from: [{ collectionId: "c" }] });
    if (!("messages" in found)) throw new Error(found.message);
    return found.messages.flatMap(({ document }) => document?.name?.split("/").at(-1) ?? []).sort();
  };
  return { raw, set, ids };
}

const PROJECT = "demo-replaced";
const setting = ({ root }: { root: string }, id: string): Write => ({
  operation: "update",
  update: { name: `${root}/c/${id}`, fields: {} },
});

const REFUSED = {
  code: expect.any(Number),
  message: expect.stringMatching(/replaced or deleted.*Restart this process/),
};

const WAYS: Record<string, { replace(places: Places): void; left: readonly string[]; through?: "link" }> = {
  "a backup moved over it": { replace: ({ saved, file }) => renameSync(saved, file), left: ["before"] },
  "a backup copied over it": { replace: ({ saved, file }) => copyFileSync(saved, file), left: ["before"] },
  "deleted alone": { replace: ({ file }) => rmSync(file), left: [] },
  "deleted with its folder": { replace: ({ folder }) => rmSync(folder, { recursive: true }), left: [] },
  "its folder moved away and made again": {
    replace({ folder }) {
      renameSync(folder, `${folder}-old`);
      mkdirSync(folder);
    },
    left: [],
  },
  "its folder moved away, and a backup put into a new one": {
    replace({ folder, file, saved }) {
      renameSync(folder, `${folder}-old`);
      mkdirSync(folder);
      copyFileSync(saved, file);
    },
    left: ["before"],
  },
  "a link to it that leads elsewhere now": {
    replace({ link, saved }) {
      unlinkSync(link);
      symlinkSync(saved, link);
    },
    left: ["before"],
    through: "link",
  },
  "its log deleted": { replace: ({ file }) => rmSync(`${file}-wal`), left: ["acknowledged", "before"] },
  "its log's index deleted": { replace: ({ file }) => rmSync(`${file}-shm`), left: ["acknowledged", "before"] },
};

describe("a store's file, replaced while it is in use", () => {
  it.each(Object.entries(WAYS))(
    "%s: calls are refused, and after a restart what lies there is used",
    async (_, way) => {
      const places = aStore();
      const path = way.through ? places[way.through] : places.file;
      const old = await startProcess(path);
      expect(await old.set("acknowledged")).toMatchObject({ code: 0 });
      expect(await old.ids()).toEqual(["acknowledged", "before"]);

      way.replace(places);
      expect(await old.set("lost")).toMatchObject(REFUSED);
      expect(await old.raw.call("GetDocument", { name: `${old.raw.root}/c/before` })).toMatchObject(REFUSED);
      expect(await old.raw.runQuery({ from: [{ collectionId: "c" }] })).toMatchObject(REFUSED);
      expect(await old.raw.call("BeginTransaction", { database: old.raw.database })).toMatchObject(REFUSED);
      expect(old.told()).toBe(1);
      await old.stop("SIGTERM");

      const next = await start(path);
      expect(await next.ids()).toEqual(way.left);
      expect(await next.set("after")).toMatchObject({ code: 0 });
      expect(await next.ids()).toEqual(["after", ...way.left].sort());
      expect(check(path).problems).toEqual([]);
    },
  );

  it("a file that comes back is used again, and going away again is told again", async () => {
    const { folder, file } = aStore();
    const { set, told } = await start(file);
    for (const round of [1, 2]) {
      renameSync(folder, `${folder}-away`);
      expect(await set("lost")).toMatchObject(REFUSED);
      renameSync(`${folder}-away`, folder);
      expect(await set(`round${round}`)).toMatchObject({ code: 0 });
    }
    expect(told).toEqual(["replaced", "replaced"]);
  });

  it.each(["before its commit", "after it"])("a write during which it is replaced, %s, is refused", async (when) => {
    const { file, saved } = aStore();
    const store = await openStoreFile({ file, indexes: NO_INDEXES });
    onTestFinished(() => store.close());
    const replace = () => renameSync(saved, file);
    const write = store.write((connection) => {
      connection.run("INSERT INTO state VALUES ('acknowledged', 1)");
      if (when === "before its commit") return replace();
      const run = connection.run;
      connection.run = (sql, ...values) => {
        const result = run(sql, ...values);
        if (sql === "COMMIT") replace();
        return result;
      };
    });
    await expect(write).rejects.toMatchObject({ code: "store_replaced" });
  });

  it("a file into which its log was written in part is used on, and opened", async () => {
    const { file } = aStore();
    const { raw, set } = await start(file);
    const other = openConnection(file, { waitMs: 1_000 });
    onTestFinished(() => other.close());
    other.exec("CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB)");
    other.run("INSERT INTO filler VALUES (1, ?)", Buffer.alloc(400_000));
    // Its snapshot keeps what is written from here on in the log: these pages, but not the one that counts them.
    await raw.call("BeginTransaction", { database: raw.database });
    other.run("UPDATE filler SET bytes = ?", Buffer.alloc(400_000, 1));
    expect(other.get("PRAGMA wal_checkpoint(PASSIVE)")).toMatchObject({ busy: 0 });
    const alone = openConnection(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
    onTestFinished(() => alone.close());
    expect(() => alone.get("SELECT * FROM state"), "the file alone is no sound database").toThrow("malformed");

    expect(await set("after")).toMatchObject({ code: 0 });
    const second = await startProcess(file);
    expect(await second.set("there")).toMatchObject({ code: 0 });
    expect(await second.ids()).toEqual(["after", "before", "there"]);
  });

  it("commits that wait together are tried once", async () => {
    const { file, saved } = aStore();
    const { raw, set } = await start(file);
    renameSync(saved, file);
    const outcomes = await Promise.all(["a", "b", "c"].map(set));
    expect(outcomes).toEqual([REFUSED, REFUSED, REFUSED].map((refused) => expect.objectContaining(refused)));
    raw.close();
  });

  it("a backup beside the log of what it replaced is neither opened nor changed while that log is there", async () => {
    const { file, saved } = aStore();
    const old = await startProcess(file);
    expect(await old.set("acknowledged")).toMatchObject({ code: 0 });
    renameSync(saved, file);
    const before = readFileSync(file);
    const foreignLog = expect.objectContaining({
      code: "store_replaced",
      message: expect.stringMatching(/delete the two files.*-wal and -shm/),
    });
    await expect(start(file)).rejects.toEqual(foreignLog);
    expect(() => check(file)).toThrow(foreignLog);

    await old.stop("SIGKILL");
    await expect(start(file)).rejects.toEqual(foreignLog);
    expect(readFileSync(file).equals(before)).toBe(true);
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix);
    const next = await start(file);
    expect(await next.ids()).toEqual(["before"]);
    expect(await next.set("after")).toMatchObject({ code: 0 });
    expect(check(file).problems).toEqual([]);
  });

  it("a process that opens a new file in its place is not disturbed by the one that has the old", async () => {
    const { folder, file, saved } = aStore();
    const old = await startProcess(file);
    expect(await old.set("acknowledged")).toMatchObject({ code: 0 });
    renameSync(folder, `${folder}-old`);
    mkdirSync(folder);
    renameSync(saved, file);
    const next = await start(file);
    for (const id of ["one", "two"]) {
      expect(await next.set(id)).toMatchObject({ code: 0 });
      expect(await old.set(id)).toMatchObject(REFUSED);
    }
    await old.stop("SIGTERM");
    expect(await next.ids()).toEqual(["before", "one", "two"]);
    expect(check(file).problems).toEqual([]);

    const moved = await start(join(`${folder}-old`, "store.db"));
    expect(await moved.ids()).toEqual(["acknowledged", "before"]);
  });
});
