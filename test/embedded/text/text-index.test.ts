import { copyFileSync, rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backup } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { temporaryFile } from "../support/folder.js";
import { startTextStore, titles, write } from "../support/texts.js";

describe("a text index finds", () => {
  it("the title that the query is, then its words in a row, all of them, some of them, and words begun so", async () => {
    const { db, find } = await startTextStore();
    await write(db, {
      begun: "parsers",
      some: { title: "Docs", text: "of the parser" },
      all: { title: "Fix", text: "parser then slow the" },
      row: { title: "Why is the slow parser slow", text: "x" },
      exact: "The slow parser",
      none: "Something else",
    });
    expect(await find("the slow parser")).toEqual(["exact", "row", "all", "some", "begun"]);
  });

  it.each([
    ["words in any case, with or without accents", "UBERPRUFUNG", { title: "Überprüfung der Maße" }],
    ["words that are written with accents where the text has none", "façade", { title: "the facade" }],
    ["Japanese, which has no spaces", "認証", { title: "ログイン画面の認証エラー" }],
    ["one character of it", "面", { title: "ログイン画面の認証エラー" }],
    ["parts of names in code", "bar", { title: "x", text: "call foo_bar()" }],
    ["names in code", "foo_bar", { title: "x", text: "call foo_bar()" }],
    ["a path", "src/a/b.ts", { title: "x", text: "see src/a/b.ts:12" }],
    ["a key of another tracker", "fire-123", { title: "FIRE-123: broken" }],
    ["words only begun", "zyxpar", { title: "zyxparser" }],
    ["words misspelt a little", "zyxparsr", { title: "zyxparser" }],
    ["texts in lists", "urgent", { title: "x", labels: ["urgent", "later"] }],
    ["texts in maps", "PROJ-77", { title: "x", origin: { id: "PROJ-77" } }],
    ["an id", "the-id", { title: "x" }],
    ["the beginning of an id", "the-i", { title: "x" }],
    ["a title without a word", "🚀", { title: "🚀" }],
  ])("%s", async (_, query, fields) => {
    const { db, find } = await startTextStore();
    await write(db, { "the-id": fields, other: "Something else: ファイル画像, foo, barrier, src, b, 12" });
    expect((await find(query))[0]).toBe("the-id");
  });

  it("no beginnings and no misspelt forms of words under three characters", async () => {
    const { db, find } = await startTextStore();
    await write(db, { one: "abacus", two: "ac" });
    expect(await find("a ab")).toEqual([]);
    expect(await find("ac")).toEqual(["two"]);
  });

  it("by the first 20 different words", async () => {
    const { db, find } = await startTextStore();
    await write(db, { a: "needle" });
    const others = (count: number) => Array.from({ length: count }, (_, at) => `nothing${at}`).join(" ");
    expect(await find(`${others(19)} ${others(19)} needle`)).toEqual(["a"]);
    expect(await find(`${others(20)} needle`)).toEqual([]);
  });

  it("only within the scope and the collections that are asked for", async () => {
    const { db, find, search } = await startTextStore();
    await write(db, { a: { title: "needle", box: "one" }, b: { title: "needle", box: "two" }, c: "needle" });
    await write(db, { n: { title: "needle", box: "one" } }, "notes");
    expect((await find("needle")).sort()).toEqual(["a", "b", "c"]);
    expect(await find("needle", { scope: "two" })).toEqual(["b"]);
    const both = await search("needle", { scope: "one", collections: ["things", "notes"] });
    expect(both.matches.map(({ collection }) => collection).sort()).toEqual(["notes", "things"]);
    expect(both.coverage).toEqual({
      things: { indexed: 1, current: true, complete: true },
      notes: { indexed: 1, current: true, complete: true },
    });
    expect(await find("needle", { database: "projects/demo-test/databases/other" })).toEqual([]);
  });

  it("at most as many as asked for, with falling scores", async () => {
    const { db, search } = await startTextStore();
    await write(
      db,
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`t${at}`, `needle ${"hay ".repeat(at)}`])),
    );
    const { matches } = await search("needle", { limit: 7 });
    const scores = matches.map(({ score }) => score);
    expect(scores).toHaveLength(7);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it("the titles of 2,000 documents among the first three", async () => {
    const { db, find } = await startTextStore();
    const all = titles(2_000);
    await write(db, Object.fromEntries(all.map((title, at) => [`t${at}`, { title, text: all[(at * 17) % 2_000] }])));
    const missed: string[] = [];
    for (const [at, title] of all.entries())
      if (at % 5 === 0 && !(await find(title, { limit: 3 })).includes(`t${at}`)) missed.push(title);
    expect(missed).toEqual([]);
  });
});

describe("a text index is as the store is", () => {
  it("after edits, deletions and documents that come back", async () => {
    const { db, find, search } = await startTextStore();
    await write(db, { a: "first needle", b: "second needle", c: "third needle" });
    expect((await find("needle")).sort()).toEqual(["a", "b", "c"]);
    await db.doc("things/a").update({ title: "thimble" });
    await db.doc("things/b").delete();
    expect(await find("needle")).toEqual(["c"]);
    expect(await find("thimble")).toEqual(["a"]);
    await db.doc("things/b").set({ title: "needle again" });
    expect((await find("needle")).sort()).toEqual(["b", "c"]);
    expect((await search("x")).coverage).toEqual({ things: { indexed: 3, current: true, complete: true } });
  });

  it("in a file of an older program, which had no list of documents by their changes", async () => {
    const old = await startTextStore();
    await write(old.db, { a: "needle" });
    await old.close();
    const connection = openConnection(old.file, { waitMs: 1_000 });
    connection.exec("DROP INDEX documents_by_change");
    connection.close();
    const { db, find } = await startTextStore(old.file);
    await write(db, { b: "needle" });
    expect((await find("needle")).sort()).toEqual(["a", "b"]);
    const again = openConnection(old.file, { waitMs: 1_000 });
    expect(again.get("SELECT name FROM sqlite_schema WHERE name = 'documents_by_change'")).toBeDefined();
    again.close();
  });

  it("when many were deleted and changed at once", async () => {
    const { db, find, search } = await startTextStore();
    const all = Array.from({ length: 2_500 }, (_, at) => `t${at}`);
    await write(db, Object.fromEntries(all.map((id) => [id, "needle"])));
    await search("needle");
    const batch = db.batch();
    for (const id of all.slice(0, 400)) batch.delete(db.doc(`things/${id}`));
    await batch.commit();
    await write(db, Object.fromEntries(all.slice(900, 1_300).map((id) => [id, "thimble"])));
    const { coverage } = await search("needle");
    expect(coverage).toEqual({ things: { indexed: 2_100, current: true, complete: true } });
    expect(await find("thimble", { limit: 1_000 })).toHaveLength(400);
    expect(await find("needle", { limit: 5_000 })).toHaveLength(1_700);
  });

  it("in a collection of which the latest are searched: these, and it says that there are more", async () => {
    const { db, search } = await startTextStore();
    const note = async (at: number) => db.doc(`notes/n${at}`).set({ title: `needle ${at}` });
    for (let at = 0; at < 19; at += 1) await note(at);
    const find = async () => await search("needle", { collections: ["notes"] });
    expect((await find()).coverage).toEqual({ notes: { indexed: 19, current: true, complete: true } });
    for (let at = 19; at < 25; at += 1) await note(at);
    const { matches, coverage } = await find();
    expect(coverage).toEqual({ notes: { indexed: 20, current: true, complete: false } });
    expect(matches.map(({ id }) => id).sort()).toEqual(Array.from({ length: 20 }, (_, at) => `n${at + 5}`).sort());
    for (let at = 10; at < 25; at += 1) await db.doc(`notes/n${at}`).delete();
    expect((await find()).coverage).toEqual({ notes: { indexed: 10, current: true, complete: true } });
  });

  it("after a backup was put in its place, also one with later changes of its own", async () => {
    const copy = temporaryFile();
    const first = await startTextStore();
    await write(first.db, { kept: "needle", changed: "needle", gone: "needle" });
    await first.search("needle");
    backup(first.file, copy);
    await write(first.db, { changed: "thimble", later: "needle" });
    expect((await first.find("needle")).sort()).toEqual(["gone", "kept", "later"]);
    await first.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${first.file}${suffix}`, { force: true });
    copyFileSync(copy, first.file);
    const second = await startTextStore(first.file);
    await second.db.doc("things/gone").delete();
    await write(second.db, { own: "needle" });
    expect((await second.find("needle")).sort()).toEqual(["changed", "kept", "own"]);
    expect(await second.find("thimble")).toEqual([]);
  });

  it("after any changes, from engines that share the file", async () => {
    const one = await startTextStore();
    const two = await startTextStore(one.file);
    const id = fc.integer({ min: 0, max: 7 }).map((at) => `t${at}`);
    const word = fc.constantFrom("needle", "thimble", "thread");
    const step = fc.record({ id, word: fc.option(word), by: fc.boolean(), search: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const { id, word, by, search } of steps) {
          const { db, find } = by ? one : two;
          const document = db.doc(`things/${id}`);
          await (word === null ? document.delete() : document.set({ title: word }));
          if (search) await find("thread");
        }
        const { docs } = await one.db.collection("things").get();
        const having = (word: string) => docs.filter((doc) => doc.get("title") === word).map((doc) => doc.id);
        for (const store of [one, two])
          for (const word of ["needle", "thimble", "thread"])
            expect((await store.find(word)).sort()).toEqual(having(word).sort());
      }),
      { numRuns: 30 },
    );
  });
});

describe("a text index takes", () => {
  it.each([
    ['a quote "'],
    ["*"],
    ["needle*"],
    ["title:needle"],
    ["{title body}: needle"],
    ["NEAR(needle, 2)"],
    ["needle AND"],
    ["NOT needle"],
    ["^needle"],
    ["needle + - ( ) ,"],
    ["needle\0\0thimble"],
    ["\0"],
    ["\ud800 needle"],
    ["' OR 1=1; DROP TABLE rows; --"],
    ["x ".repeat(250)],
    ["needle ".repeat(1_500)],
    ["needle".repeat(1_500)],
    ["証".repeat(5_000)],
    ["e\u0301\u0302\u0303".repeat(3_000)],
  ])("%j as text", async (query) => {
    const { db, find, faults } = await startTextStore();
    await write(db, { a: "needle, title: body near and not or", b: 'a "quote" *' });
    await expect(find(query)).resolves.toBeInstanceOf(Array);
    expect(await find("needle")).toEqual(["a"]);
    expect(faults).toEqual([]);
  });

  it("any text, and finds a document by its whole title", async () => {
    const { db, find, faults } = await startTextStore();
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.string({ unit: "grapheme", maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (any) => {
        const title = any.toWellFormed();
        await db.doc("things/a").set({ title, text: title });
        if (title.trim() !== "") expect(await find(title)).toContain("a");
      }),
      { numRuns: 60 },
    );
    expect(faults).toEqual([]);
  });

  it("documents of other forms, which have no texts", async () => {
    const { db, find, search } = await startTextStore();
    await write(db, {
      number: { title: 1, text: { needle: true }, box: 3 },
      empty: {},
      large: { title: "large", text: "needle hay ".repeat(90_000) },
    });
    expect(await find("needle")).toEqual(["large"]);
    expect((await search("x")).coverage).toEqual({ things: { indexed: 3, current: true, complete: true } });
  });
});
