import { expect, it, onTestFinished } from "vitest";
import type { ListenRequest, ListenResponse } from "../../../src/embedded/encoding/messages.js";
import { toMicros } from "../../../src/embedded/encoding/timestamps.js";
import { startEngine } from "../../../src/embedded/index.js";
import { nextCommitTime, readClock, writeClock } from "../../../src/embedded/storage/clock.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { rawClient } from "../support/raw.js";

/* Clients drop a document that is not newer than a read time they were told: every later commit must be above it. */

async function start() {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-times");
  const stream = raw.open<ListenResponse>("Listen");
  onTestFinished(async () => {
    stream.vanish();
    raw.close();
    await engine.close();
  });
  return {
    file,
    raw,
    listenTo(targetId: number, ...ids: string[]) {
      const documents = { documents: ids.map((id) => `${raw.root}/a/${id}`) };
      const addTarget = { targetType: "documents", documents, targetId } as const;
      stream.send({ addTarget } satisfies ListenRequest);
    },
    /** The times of the next messages that belong together: read times, and update times of documents. */
    async times() {
      const told: number[] = [];
      const changed: number[] = [];
      for (;;) {
        const { targetChange, documentChange, documentDelete } = await stream.next();
        const readTime = targetChange?.readTime ?? documentDelete?.readTime;
        if (readTime) told.push(toMicros(readTime));
        if (documentChange) changed.push(toMicros(documentChange.document.updateTime ?? {}));
        if (targetChange?.targetChangeType === "NO_CHANGE") return { told, changed };
      }
    },
  };
}

it("a commit that another process is just making is above every read time that was told meanwhile", async () => {
  const { file, raw, listenTo, times } = await start();
  await raw.commit([{ operation: "update", update: { name: `${raw.root}/a/one`, fields: {} } }]);
  listenTo(1, "one");
  await times();

  const other = openConnection(file, { waitMs: 1_000 });
  other.run("BEGIN IMMEDIATE");
  const time = nextCommitTime(readClock(other));
  listenTo(2, "none");
  const { told } = await times();
  const query = await raw.runQuery({ from: [{ collectionId: "a" }] });
  if ("messages" in query) told.push(...query.messages.map(({ readTime }) => toMicros(readTime ?? {})));
  other.run("UPDATE documents SET update_time = ?", time);
  other.run("UPDATE scopes SET changed = ?", time);
  writeClock(other, time);
  other.run("COMMIT");
  other.close();

  expect(told).toHaveLength(5);
  const { changed } = await times();
  expect(changed).toEqual([time]);
  expect(time).toBeGreaterThan(Math.max(...told));
});

it("no read time is zero, which clients take for none", async () => {
  const { listenTo, times } = await start();
  listenTo(1, "none");
  const { told } = await times();
  expect(told).toHaveLength(3);
  expect(Math.min(...told)).toBeGreaterThan(0);
});
