import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { cacheFiles, startTextStore, titles, write } from "../support/texts.js";

const COUNT = 20_000;

it("each of 20,000 titles is among the first three, also one that was written a moment ago", async () => {
  const { db, file, search, find } = await startTextStore();
  const all = titles(COUNT);
  await write(
    db,
    Object.fromEntries(all.map((title, at) => [`t${at}`, { title, text: `${all[(at * 17) % COUNT]} `.repeat(8) }])),
  );
  const memory = process.memoryUsage().rss;
  let fills = 0;
  const began = performance.now();
  for (let complete = false; !complete; fills += 1)
    complete = (await search(all[0] ?? "", { ms: 5_000 })).coverage.things?.complete ?? false;
  const filled = performance.now() - began;
  const times: number[] = [];
  const missed: string[] = [];
  for (const [at, title] of all.entries()) {
    const start = performance.now();
    if (!(await find(title, { limit: 3 })).includes(`t${at}`)) missed.push(title);
    times.push(performance.now() - start);
  }
  expect(missed).toEqual([]);
  times.sort((a, b) => a - b);
  const other = await startTextStore(file);
  const fresh: number[] = [];
  for (let at = 0; at < 50; at += 1) {
    await other.db.doc(`things/new${at}`).set({ title: `a fresh title ${at}` });
    const start = performance.now();
    expect((await find(`a fresh title ${at}`, { limit: 3 }))[0]).toBe(`new${at}`);
    fresh.push(performance.now() - start);
  }
  fresh.sort((a, b) => a - b);
  const [cache = ""] = cacheFiles(file);
  const ms = (value: number | undefined) => `${value?.toFixed(1)} ms`;
  process.stdout.write(
    `first fill ${ms(filled)} in ${fills} searches, search p50 ${ms(times[COUNT / 2])} p99 ${ms(times[COUNT * 0.99])} max ${ms(times.at(-1))}, ` +
      `after a write p50 ${ms(fresh[25])}, store ${statSync(file).size} bytes, cache ${statSync(cache).size} bytes, ` +
      `memory grew by ${Math.round((process.memoryUsage().rss - memory) / 1e6)} MB\n`,
  );
});
