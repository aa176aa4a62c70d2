import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { cacheFiles, startTextStore, type TextStore, write } from "../support/texts.js";

const folderOf = ({ file }: TextStore): string => `${file}-search`;

/** A store with a cache that is in use. */
async function filled(): Promise<TextStore & { cache: string }> {
  const store = await startTextStore();
  await write(store.db, Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`t${at}`, `needle ${at}`])));
  expect(await store.find("needle 7")).toContain("t7");
  const [cache = ""] = cacheFiles(store.file);
  return { ...store, cache };
}

function emptyLog(path: string): void {
  const connection = openConnection(path, { waitMs: 1_000 });
  connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  connection.close();
}

describe("the cache of a text index", () => {
  it("is private, lies beside the store, and is not part of it", async () => {
    const store = await filled();
    expect((statSync(folderOf(store)).mode & 0o777).toString(8)).toBe("700");
    for (const name of readdirSync(folderOf(store)))
      expect((statSync(join(folderOf(store), name)).mode & 0o777).toString(8), name).toBe("600");
    expect(check(store.file)).toMatchObject({ problems: [], documents: 300 });
  });

  it("is made when something is searched, not before", async () => {
    const store = await startTextStore();
    await write(store.db, { a: "needle" });
    expect(existsSync(folderOf(store))).toBe(false);
    expect(await store.find("needle")).toEqual(["a"]);
    expect(cacheFiles(store.file)).toHaveLength(1);
  });

  it("is one, whoever uses it", async () => {
    const one = await filled();
    const two = await startTextStore(one.file);
    expect(await two.find("needle 8")).toContain("t8");
    expect(cacheFiles(one.file)).toEqual([one.cache]);
  });

  it.each<[string, (path: string) => void]>([
    ["cut short", (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ["empty", (path) => truncateSync(path, 0)],
    ["not a database", (path) => writeFileSync(path, "no database ".repeat(10_000))],
    [
      "overwritten in its middle",
      (path) => writeFileSync(path, readFileSync(path).fill(0x5a, 4_096, Math.floor(statSync(path).size * 0.9))),
    ],
    [
      "of another version inside",
      (path) => {
        const connection = openConnection(path, { waitMs: 1_000 });
        connection.exec("PRAGMA user_version = 7");
        connection.close();
      },
    ],
    [
      "without a table",
      (path) => {
        const connection = openConnection(path, { waitMs: 1_000 });
        connection.exec("DROP TABLE texts");
        connection.close();
      },
    ],
  ])("is made again when it is %s, while it is in use and when it is opened", async (_, spoil) => {
    const store = await filled();
    const other = await startTextStore(store.file);
    emptyLog(store.cache);
    await store.close();
    spoil(store.cache);
    expect(await other.find("needle 9")).toContain("t9");
    expect(other.faults).toEqual([]);
    expect(cacheFiles(store.file)).not.toContain(store.cache);

    const [second = ""] = cacheFiles(store.file);
    emptyLog(second);
    spoil(second);
    await write(other.db, { another: "needle another" });
    expect(await other.find("needle another")).toContain("another");
    expect((await other.search("needle", { limit: 400 })).matches).toHaveLength(301);
    expect(other.faults).toEqual([]);
  });

  it("is made again when it is deleted under way, the file or all of it", async () => {
    const store = await filled();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${store.cache}${suffix}`, { force: true });
    expect(await store.find("needle 10")).toContain("t10");
    expect(cacheFiles(store.file)).toHaveLength(1);
    rmSync(folderOf(store), { recursive: true });
    expect(await store.find("needle 11")).toContain("t11");
    expect(store.faults).toEqual([]);
  });

  it.each<[string, (path: string, older: string) => void]>([
    ["replaced by an older one", (path, older) => renameSync(older, path)],
    ["without its log", (path) => rmSync(`${path}-wal`)],
    ["without its log's index", (path) => rmSync(`${path}-shm`)],
  ])("is never one that only this process sees: %s", async (_, replace) => {
    const store = await filled();
    emptyLog(store.cache);
    const older = `${store.file}-older`;
    copyFileSync(store.cache, older);
    replace(store.cache, older);
    await write(store.db, { late: "needle late" });
    expect(await store.find("needle late")).toContain("late");
    expect(cacheFiles(store.file)).not.toContain(store.cache);
    const [cache = ""] = cacheFiles(store.file);
    const stranger = openConnection(cache, { readOnly: true, waitMs: 1_000 });
    expect(stranger.get("SELECT count(*) AS count FROM rows")).toEqual({ count: 301 });
    stranger.close();
    expect(cacheFiles(store.file)).toHaveLength(1);
    expect(store.faults).toEqual([]);
  });

  it("that cannot be made fails no search of the store, and is told once until it can", async () => {
    const store = await startTextStore();
    await write(store.db, { a: "needle" });
    writeFileSync(folderOf(store), "in the way");
    expect(await store.tryToFind("needle")).toBeUndefined();
    expect(await store.tryToFind("needle")).toBeUndefined();
    expect(store.faults).toHaveLength(1);
    rmSync(folderOf(store));
    expect(await store.tryToFind("needle")).toEqual(["a"]);
    chmodSync(folderOf(store), 0o700);
  });

  it("waits for another process that holds its lock, and answers in time from what is there", async () => {
    const store = await filled();
    const lock = openConnection(store.cache);
    lock.exec("BEGIN IMMEDIATE");
    await write(store.db, { late: "needle late" });
    const answer = await store.search("needle", { ms: 400, limit: 500 });
    expect(answer.matches).toHaveLength(300);
    expect(answer.coverage.things).toEqual({ indexed: 300, current: false, complete: false });
    lock.rollback();
    lock.close();
    expect(await store.find("needle late")).toContain("late");
    expect(store.faults).toEqual([]);
  });

  it("is filled in steps, the newest first, and the next search goes on", async () => {
    const store = await startTextStore();
    const text = "some words of hay ".repeat(300);
    const all = Array.from({ length: 1_000 }, (_, at): [string, object] => [`t${at}`, { title: `needle ${at}`, text }]);
    await write(store.db, Object.fromEntries(all));
    const first = await store.search("needle 999", { ms: 60 });
    expect(first.coverage.things?.complete).toBe(false);
    await write(store.db, { newest: "newest needle" });
    const then = await store.search("newest needle", { ms: 60 });
    expect(then.matches[0]?.id).toBe("newest");
    expect(then.coverage.things?.indexed).toBeGreaterThan(first.coverage.things?.indexed ?? 0);
    let turns = 0;
    let filling = true;
    const count = (): void => {
      turns += 1;
      if (filling) setImmediate(count);
    };
    setImmediate(count);
    expect((await store.search("needle 3")).coverage).toEqual({
      things: { indexed: 1_001, current: true, complete: true },
    });
    filling = false;
    expect(turns).toBeGreaterThan(10);
  });

  it("leaves nothing of other versions and of killed processes for ever", async () => {
    const store = await filled();
    const old = join(folderOf(store), "v1-0123456789abcdef.db");
    const unfinished = join(folderOf(store), "new-0123456789abcdef.db");
    const recent = join(folderOf(store), "v2-0123456789abcdef.db");
    for (const path of [old, unfinished, recent]) writeFileSync(path, "");
    for (const path of [old, unfinished]) utimesSync(path, 0, 0);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${store.cache}${suffix}`, { force: true });
    await store.find("needle");
    expect([old, unfinished, recent].map((path) => existsSync(path))).toEqual([false, false, true]);
  });
});
