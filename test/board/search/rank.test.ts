import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Findable, rank } from "../../../src/board/search/rank.js";

const item = (id: string, title: string, text = ""): Findable => ({ kind: "task", id, project_id: "p", title, text });
const found = (items: Findable[], query: string, limit = 10) => rank(items, query, limit).map(({ id }) => id);

describe("a search", () => {
  const items = [
    item("in-text", "Release", "the parser is slow"),
    item("in-title", "Parser", "is slow"),
    item("other", "Docs", "write them"),
  ];

  it("finds words in title and text, the title first", () => {
    expect(found(items, "parser")).toEqual(["in-title", "in-text"]);
  });

  it.each([
    ["the beginning of a word", "par", ["in-title", "in-text"]],
    ["a misspelt word", "parsr", ["in-title", "in-text"]],
    ["another case", "PARSER", ["in-title", "in-text"]],
    ["an id", "in-text", ["in-text", "in-title"]],
    ["a word that occurs nowhere", "zzzzzz", []],
    ["punctuation alone", "!!! ???", []],
  ])("for %s", (_, query, ids) => {
    expect(found(items, query)).toEqual(ids);
  });

  it("gives the best, at most as many as asked for, with falling scores", () => {
    const many = Array.from({ length: 30 }, (_, at) => item(`t${at}`, `parser ${"x ".repeat(at)}`));
    const hits = rank(many, "parser", 5);
    expect(hits).toHaveLength(5);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it("keeps items of the same id and different kinds apart", () => {
    const twice: Findable[] = [item("same", "parser"), { ...item("same", "parser"), kind: "activity" }];
    expect(rank(twice, "parser", 10).map(({ kind }) => kind)).toEqual(["task", "activity"]);
  });

  it("shows the part of a long text around the word, and splits no character", () => {
    const text = `${"😀".repeat(500)} needle ${"😀".repeat(500)}`;
    const [hit] = rank([item("t", "", text)], "needle", 1);
    expect(hit?.snippet).toContain("needle");
    expect(hit?.snippet.length).toBeLessThanOrEqual(160);
    expect(hit?.snippet.isWellFormed()).toBe(true);
  });

  it("answers any query over any text, with snippets from that text", () => {
    const text = fc
      .oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ unit: "grapheme", maxLength: 300 }))
      .map((value) => value.toWellFormed());
    const items = fc.array(
      fc.record({ title: text, text }).map(({ title, text }) => item("t", title, text)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(items, text, (items, query) => {
        const hits = rank([...items, item("same", query, query)], query, 3);
        expect(hits.every(({ snippet }) => snippet.isWellFormed())).toBe(true);
        const texts = [...items.map(({ text }) => text), query];
        expect(hits.filter(({ snippet }) => !texts.some((text) => text.includes(snippet)))).toEqual([]);
      }),
    );
  });
});
