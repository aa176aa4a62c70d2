// One process of a benchmark on the built engine. Prints one JSON line. Arguments: URL of the engine, what to do, and
// a store file, or "host:port" of an emulator.
import { performance } from "node:perf_hooks";
import { Firestore } from "@google-cloud/firestore";

const began = performance.timeOrigin;
const [build = "", task = "", store = "", count = "0"] = process.argv.slice(2);
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

/** @type {Record<string, () => Promise<unknown>>} */
const tasks = {
  /** Milliseconds from the start of this process to its first durable write. */
  async start() {
    await db.doc("start/first").set({ at: 1 });
    return performance.timeOrigin + performance.now() - began;
  },
  /** Adds one to a shared counter, in transactions, so many times; gives when that began and ended (epoch ms). */
  async increments() {
    const counter = db.doc("counters/shared");
    await counter.get();
    const from = Date.now();
    for (let done = 0; done < Number(count); ) {
      try {
        await db.runTransaction(
          async (tx) => {
            const snapshot = await tx.get(counter);
            tx.set(counter, { n: (snapshot.get("n") ?? 0) + 1 });
          },
          { maxAttempts: engine ? 1 : 20 },
        );
        done++;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === 10)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 10));
      }
    }
    return { from, to: Date.now() };
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
