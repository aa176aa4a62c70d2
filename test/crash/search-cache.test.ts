import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConnection } from "../../src/embedded/storage/sqlite.js";
import { embeddedFile } from "../../src/firestore/store-config.js";
import { cacheFiles } from "../embedded/support/texts.js";
import { startAgent } from "../support/client.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";

const TASKS = 3_000;
const titleOf = (at: number) => `task number ${at} of ${at % 7}`;
let database: TestDatabase;
let file: string;

beforeAll(async () => {
  database = await freshDatabase("embedded");
  if (database.config.mode === "embedded") file = embeddedFile(database.config);
  const { store, db } = await openDatabase(database.config);
  for (let from = 0; from < TASKS; from += 500) {
    const batch = db.batch();
    for (let at = from; at < from + 500; at += 1)
      batch.set(db.doc(`tasks/t${at}`), {
        project_id: "p",
        title: titleOf(at),
        description: "words of hay ".repeat(60),
      });
    await batch.commit();
  }
  await store.close();
});
afterAll(() => database?.remove());

/** How many documents the cache holds, as far as it can be read just now. */
function cached(): number {
  if (!existsSync(`${file}-search`)) return 0;
  try {
    const connection = openConnection(cacheFiles(file)[0] ?? "", { readOnly: true });
    const count = connection.get<{ count: number }>("SELECT count(*) AS count FROM rows")?.count ?? 0;
    connection.close();
    return count;
  } catch {
    return 0;
  }
}

describe("a server killed while it fills the cache of the search", () => {
  it.each([1, 300, 900, 1_600, 2_300])("after %i documents leaves one that the next goes on with", async (count) => {
    const agent = await startAgent(database.env);
    const ended = agent.call("board_search", { query: "nothing" }).catch(() => {});
    while (cached() < count) await new Promise((resolve) => setImmediate(resolve));
    process.kill(agent.pid, "SIGKILL");
    await ended;
    await agent.close();
    expect(cached()).toBeGreaterThanOrEqual(count);
  });

  it("finds everything in the end, in one cache", async () => {
    const agent = await startAgent(database.env);
    for (let at = 0; at < TASKS; at += 151) {
      const { hits } = await agent.call("board_search", { query: titleOf(at), limit: 3 });
      expect(hits.map(({ id }: { id: string }) => id)).toContain(`t${at}`);
    }
    expect(await agent.call("board_search", { query: "hay", kinds: ["task"] })).toMatchObject({
      looked_at: { task: TASKS },
      truncated: { task: false },
    });
    expect(cacheFiles(file)).toHaveLength(1);
    await agent.close();
  });
});
