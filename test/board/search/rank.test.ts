import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Findable } from "../../../src/board/search/findable.js";
import { rank } from "../../../src/board/search/rank.js";

const item = (id: string, title: string, text = ""): Findable => ({ kind: "task", id, project_id: "p", title, text });
const hitsOf = async (items: Findable[], query: string, limit = 10) => (await rank(items, query, limit)).hits;
const found = async (items: Findable[], query: string) => (await hitsOf(items, query)).map(({ id }) => id);

/** Counts how often other work of the process gets its turn while `work` runs. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let running = true;
  const count = (): void => {
    turns += 1;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  await work;
  running = false;
  return turns;
}

describe("a search", () => {
  const items = [
    item("in-text", "Release", "the parser is slow"),
    item("in-title", "Parser", "is slow"),
    item("other", "Docs", "write them"),
  ];

  it("finds words in title and text, the title first", async () => {
    expect(await found(items, "parser")).toEqual(["in-title", "in-text"]);
  });

  it.each([
    ["the beginning of a word", "par", ["in-title", "in-text"]],
    ["a misspelt word", "parsr", ["in-title", "in-text"]],
    ["another case", "PARSER", ["in-title", "in-text"]],
    ["an id", "in-text", ["in-text", "in-title"]],
    ["a word that occurs nowhere", "zzzzzz", []],
    ["punctuation alone", "!!! ???", []],
    ["the beginning of a word in two letters", "pa", []],
    ["a misspelt word of two letters", "os", []],
    ["two letters that are a word", "is", ["in-title", "in-text"]],
    ["accents that were left out or added", "pärsér", ["in-title", "in-text"]],
  ])("for %s", async (_, query, ids) => {
    expect(await found(items, query)).toEqual(ids);
  });

  it("gives the best, at most as many as asked for, with falling scores", async () => {
    const many = Array.from({ length: 30 }, (_, at) => item(`t${at}`, `parser ${"x ".repeat(at)}`));
    const hits = await hitsOf(many, "parser", 5);
    expect(hits).toHaveLength(5);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it("keeps items of the same id and different kinds apart", async () => {
    const twice: Findable[] = [item("same", "parser"), { ...item("same", "parser"), kind: "activity" }];
    expect((await hitsOf(twice, "parser")).map(({ kind }) => kind)).toEqual(["task", "activity"]);
  });

  it("shows the part of a long text around the word, and splits no character", async () => {
    const text = `${"😀".repeat(500)} needle ${"😀".repeat(500)}`;
    const [hit] = await hitsOf([item("t", "", text)], "needle", 1);
    expect(hit?.snippet).toContain("needle");
    expect(hit?.snippet.length).toBeLessThanOrEqual(160);
    expect(hit?.snippet.isWellFormed()).toBe(true);
  });

  it.each([
    ["Japanese, which has no spaces", "認証", "ログイン画面の認証エラー"],
    ["one character of it", "面", "ログイン画面の認証エラー"],
    ["umlauts", "uberpruefung", "Überpruefung der Maße"],
    ["parts of a name in code", "bar", "call foo_bar() in src/a/b.ts"],
    ["a path", "src/a/b.ts", "call foo_bar() in src/a/b.ts"],
    ["a key of another tracker", "FIRE-123", "see fire-123"],
  ])("finds %s", async (_, query, text) => {
    expect(await found([item("other", "Docs"), item("t", "", text)], query)).toEqual(["t"]);
  });

  it("looks for the first 20 different words", async () => {
    const many = Array.from({ length: 19 }, (_, at) => `nothing${at}`).join(" ");
    expect(await found(items, `${many} ${many} parser`)).toEqual(["in-title", "in-text"]);
    expect(await found(items, `${many} nothing20 parser`)).toEqual([]);
  });

  it("leaves the process free for others between texts and between words", async () => {
    const long = Array.from({ length: 50 }, (_, at) => item(`t${at}`, "long", "some words of it ".repeat(120)));
    expect(await turnsDuring(rank(long, "x", 1))).toBeGreaterThanOrEqual(5);
    const letters = Array.from({ length: 250 }, (_, at) => String.fromCharCode(97 + (at % 26))).join(" ");
    expect(await turnsDuring(rank(items, letters, 1))).toBeGreaterThanOrEqual(20);
  });

  it("stops looking when the time is up, and says how far it came", async () => {
    const long = Array.from({ length: 50 }, (_, at) =>
      item(`t${at}`, at === 0 ? "zebra" : at === 49 ? "giraffe" : "", "some words of it ".repeat(120)),
    );
    const { hits, lookedAt } = await rank(long, "giraffe zebra", 10, () => false);
    expect(hits.map(({ id }) => id)).toEqual(["t0"]);
    expect(lookedAt).toBeLessThan(50);
  });

  it("answers any query over any text, with snippets from that text", async () => {
    const text = fc
      .oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ unit: "grapheme", maxLength: 300 }))
      .map((value) => value.toWellFormed());
    const items = fc.array(
      fc.record({ title: text, text }).map(({ title, text }) => item("t", title, text)),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(items, text, async (items, query) => {
        const hits = await hitsOf([...items, item("same", query, query)], query, 3);
        expect(hits.every(({ snippet }) => snippet.isWellFormed())).toBe(true);
        const texts = [...items.map(({ text }) => text), query];
        expect(hits.filter(({ snippet }) => !texts.some((text) => text.includes(snippet)))).toEqual([]);
      }),
    );
  });
});
