import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, test } from "vitest";
import { connect, NO_INDEXES } from "../../test/embedded/support/engine.js";
import { type Measured, medians, percentiles } from "../support/measure.js";
import { milliseconds, ratio, report, verdict } from "../support/table.js";
import { built, contendedIncrements, inProcess, startWriter } from "./processes.js";

/* The embedded store by itself, against raw SQLite with the same settings and against the official emulator. */

const MANY = 100_000;
const FEW = 1_000;
const OPEN = 300;
const COMMITS = 4_000;
const IN_FLIGHT = 32;
const CONTENTION_MS = 15_000;
const PROCESSES = 4;

const emulator = process.env.FIREBOARD_TEST_EMULATOR_HOST;
const task = (n: number, status: string) => ({
  n,
  status,
  title: `Task ${n}`,
  project_id: "p",
  created_at: new Date(n),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens a store in this process for as long as `action` runs. */
async function withStore<T>(file: string, action: (db: Firestore) => Promise<T>): Promise<T> {
  const { startEngine } = await built<typeof import("../../src/embedded/index.js")>("index.js");
  const engine = await startEngine({ file: join(folder, file), indexes: NO_INDEXES });
  const db = connect(engine.port, undefined, "demo-bench");
  try {
    return await action(db);
  } finally {
    await db.terminate();
    await engine.close();
  }
}

async function fill(db: Firestore, done: number): Promise<void> {
  const all = OPEN + done;
  for (let start = 0; start < all; start += 500) {
    const batch = db.batch();
    for (let n = start; n < Math.min(all, start + 500); n++) {
      batch.set(db.doc(`tasks/t${n}`), task(n, n < OPEN ? "todo" : "done"));
    }
    await batch.commit();
  }
}

/** Calls per second of so many calls, `width` of them at a time. */
async function rate(calls: number, width: number, call: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < calls) await call(next++);
    }),
  );
  return calls / ((performance.now() - began) / 1_000);
}

test("durable commits against raw SQLite", async () => {
  const { openConnection } = await built<typeof import("../../src/embedded/storage/sqlite.js")>("storage/sqlite.js");
  const raw = openConnection(join(folder, "raw.db"));
  raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (k TEXT PRIMARY KEY, v BLOB)");
  const value = Buffer.alloc(200, 1);
  const plain = await rate(COMMITS, 1, async (n) => {
    raw.exec("BEGIN IMMEDIATE");
    raw.run("INSERT INTO t VALUES (?, ?)", `k${n}`, value);
    raw.exec("COMMIT");
  });
  raw.close();
  const [alone, together] = await withStore("commits.db", async (db) => {
    await rate(COMMITS, IN_FLIGHT, (n) => db.doc(`warm/d${n}`).set(task(n, "todo")));
    return [
      await rate(COMMITS / 4, 1, (n) => db.doc(`alone/d${n}`).set(task(n, "todo"))),
      await rate(COMMITS, IN_FLIGHT, (n) => db.doc(`together/d${n}`).set(task(n, "todo"))),
    ] as const;
  });
  report(`Durable commits of one document (commits/s)`, [
    ["", "commits/s", "of raw SQLite"],
    ["raw SQLite", plain.toFixed(0), ratio(1)],
    ["one client, one at a time", alone.toFixed(0), ratio(alone / plain)],
    [`one client, ${IN_FLIGHT} in flight`, together.toFixed(0), ratio(together / plain)],
    [`goal >= 0.3: ${verdict(together / plain >= 0.3)}`],
  ]);
});

test("reads and transactions against the official emulator", async () => {
  const runs = { counted: 300, warmup: 300 };
  const calls = (db: Firestore): Record<string, Measured> => {
    let n = 0;
    const tasks = db.collection("tasks");
    const timed =
      (action: () => Promise<unknown>): Measured =>
      async () =>
        void (await action());
    return {
      get: timed(() => tasks.doc(`t${n++ % OPEN}`).get()),
      "query of 50": timed(() => tasks.where("status", "==", "todo").limit(50).get()),
      "query of 1": timed(() => tasks.where("n", "==", n++ % OPEN).get()),
      count: timed(() => tasks.where("status", "==", "todo").count().get()),
      transaction: timed(() =>
        db.runTransaction(async (tx) => {
          const snapshot = await tx.get(tasks.doc(`t${n++ % OPEN}`));
          tx.update(snapshot.ref, { n: n + MANY });
        }),
      ),
    };
  };
  const embedded = await withStore("calls.db", async (db) => {
    await fill(db, FEW);
    return medians(calls(db), runs);
  });
  let official: Record<string, number> = {};
  if (emulator) {
    const db = connect(Number(emulator.split(":")[1]), undefined, "demo-bench-calls");
    await fill(db, FEW);
    official = await medians(calls(db), runs);
    await db.terminate();
  }
  report(`Calls on ${OPEN + FEW} documents (p50 of ${runs.counted} after ${runs.warmup})`, [
    ["", "embedded", "emulator", "emulator / embedded"],
    ...Object.entries(embedded).map(([name, ms]) => {
      const other = official[name];
      return other === undefined
        ? [name, milliseconds(ms), "-", "-"]
        : [name, milliseconds(ms), milliseconds(other), ratio(other / ms)];
    }),
  ]);
});

test("one counter, contended by several processes", async () => {
  const file = join(folder, "counter.db");
  const embedded = await contendedIncrements(file, PROCESSES, CONTENTION_MS);
  const official = emulator ? await contendedIncrements(emulator, PROCESSES, CONTENTION_MS) : undefined;
  report(`${PROCESSES} processes increment one document for ${CONTENTION_MS / 1_000} s (increments/s)`, [
    ["embedded", embedded.toFixed(1)],
    ["emulator", official?.toFixed(1) ?? "-"],
    ...(official
      ? [["embedded / emulator", ratio(embedded / official), `goal >= 5: ${verdict(embedded / official >= 5)}`]]
      : []),
  ]);
});

test("a listener, and a change that another process makes", async () => {
  const file = "heard.db";
  await withStore(file, async (db) => {
    const writer = await startWriter(join(folder, file));
    let heardAt = (_epochMs: number): void => {};
    const stop = db.doc("heard/one").onSnapshot(() => heardAt(performance.timeOrigin + performance.now()));
    const delay: Measured = async () => {
      const heard = new Promise<number>((resolve) => {
        heardAt = resolve;
      });
      const acknowledged = await writer.write();
      return Math.max(0, (await heard) - acknowledged);
    };
    const { p50, p99 } = await percentiles(delay, { counted: 200, warmup: 20 });
    stop();
    writer.end();
    report("From the commit of one process to a listener in another (200 runs)", [
      ["p50", milliseconds(p50)],
      ["p99", milliseconds(p99), `goal <= 200 ms: ${verdict(p99 <= 200)}`],
    ]);
  });
});

test("start, and what many documents cost", async () => {
  let files = 0;
  const { start } = await medians(
    { start: () => inProcess("start", join(folder, `new${files++}.db`)) },
    { counted: 15, warmup: 2 },
  );
  const columns: Record<string, number>[] = [];
  for (const [file, done] of [
    ["few.db", FEW],
    ["many.db", MANY - OPEN],
  ] as const) {
    columns.push(
      await withStore(file, async (db) => {
        await fill(db, done);
        const tasks = db.collection("tasks");
        const timed =
          (action: () => Promise<unknown>): Measured =>
          async () =>
            void (await action());
        return medians(
          {
            "50 of 300 open": timed(() => tasks.where("status", "==", "todo").limit(50).get()),
            "count of open": timed(() => tasks.where("status", "==", "todo").count().get()),
            "all but done": timed(() => tasks.where("status", "!=", "done").limit(50).get()),
          },
          { counted: 100, warmup: 10 },
        );
      }),
    );
  }
  const [few = {}, many = {}] = columns;
  report(`The same queries beside ${FEW} and ${MANY} documents (p50)`, [
    ["", String(FEW), String(MANY), "many / few"],
    ...Object.entries(few).map(([name, ms]) => {
      const large = many[name] ?? Number.NaN;
      return [name, milliseconds(ms), milliseconds(large), ratio(large / ms)];
    }),
  ]);
  const memory = await inProcess("memory", join(folder, "many.db"));
  report("Start and memory", [
    ["process start to first durable write (p50)", milliseconds(start), `goal <= 350 ms: ${verdict(start <= 350)}`],
    [`resident with ${MANY} documents`, `${memory.toFixed(0)} MiB`, `goal <= 250 MB: ${verdict(memory <= 238)}`],
  ]);
});
