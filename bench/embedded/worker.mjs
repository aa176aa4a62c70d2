// One process of a benchmark on the built engine. Prints one JSON line. Arguments: URL of the engine, what to do, and
// a store file, or "host:port" of an emulator.
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { Firestore } from "@google-cloud/firestore";

const began = performance.timeOrigin;
const [build = "", task = "", store = ""] = process.argv.slice(2);
/** @type {typeof import("../../src/embedded/index.js")} */
const { startEngine } = await import(build);

const engine = store.includes(":")
  ? undefined
  : await startEngine({ file: store, indexes: { indexes: [], fieldOverrides: [] } });
const db = new Firestore({
  projectId: "demo-bench",
  host: engine ? `127.0.0.1:${engine.port}` : store,
  ssl: false,
  credentials: { client_email: "bench@example.com", private_key: "none" },
});

/**
 * One increment; false when it lost the race. Each store gets the retries that suit it (see src/firestore/transaction-retry.ts).
 * @param {import("@google-cloud/firestore").DocumentReference} counter
 */
async function increment(counter) {
  try {
    await db.runTransaction(
      async (tx) => {
        const snapshot = await tx.get(counter);
        tx.set(counter, { n: (snapshot.get("n") ?? 0) + 1 });
      },
      { maxAttempts: engine ? 1 : 20 },
    );
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === 10)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    return false;
  }
}

/** @type {Record<string, () => Promise<unknown>>} */
const tasks = {
  /** Milliseconds from the start of this process to its first durable write. */
  async start() {
    await db.doc("start/first").set({ at: 1 });
    return performance.timeOrigin + performance.now() - began;
  },
  /**
   * Adds one to a shared counter, in transactions, until its input ends; gives how often it could. Says "ready" when it
   * has warmed up on a counter of its own, and begins when it is told to.
   */
  async increments() {
    const own = db.doc(`counters/${process.pid}`);
    for (let warm = 0; warm < 300; warm++) await increment(own);
    process.stdout.write("ready\n");
    await once(process.stdin, "data");
    let running = true;
    process.stdin.once("end", () => {
      running = false;
    });
    const shared = db.doc("counters/shared");
    let done = 0;
    while (running) if (await increment(shared)) done++;
    return done;
  },
  /** Writes a document anew for each line of its input, and says when (epoch ms) it was acknowledged. */
  async write() {
    let n = 0;
    process.stdout.write("ready\n");
    for await (const _ of createInterface(process.stdin)) {
      await db.doc("heard/one").set({ n: n++ });
      process.stdout.write(`${performance.timeOrigin + performance.now()}\n`);
    }
    return n;
  },
  /** Resident MiB after reading from a large store in several ways. */
  async memory() {
    const tasks = db.collection("tasks");
    for (let n = 0; n < 50; n++) {
      await tasks.where("status", "==", "todo").orderBy("__name__").limit(50).get();
      await tasks.where("n", "==", n).get();
      await tasks.where("status", "==", "done").count().get();
      await tasks.doc(`more${n}`).set({ status: "todo", n });
    }
    return process.memoryUsage().rss / 1_048_576;
  },
};

process.stdout.write(`${JSON.stringify(await tasks[task]?.())}\n`);
await db.terminate();
await engine?.close();
