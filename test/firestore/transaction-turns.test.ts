import { expect, it, onTestFinished } from "vitest";
import { startEngine } from "../../src/embedded/index.js";
import { transactionRunner } from "../../src/firestore/transaction-retry.js";
import { connect, NO_INDEXES } from "../embedded/support/engine.js";

/*
 * A transaction of the board that loses again and again gets its turn on the embedded store. This needs the client to
 * say which attempt goes on from which, in a private field: a new version of it may call that otherwise.
 */

it("a transaction of the board that has lost three times wins the next time", async () => {
  // Long, so that a slow machine does not end it.
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, turnMs: 10 * 60_000 });
  const db = connect(engine.port);
  const other = connect(engine.port);
  onTestFinished(async () => {
    await Promise.all([db.terminate(), other.terminate()]);
    await engine.close();
  });
  const run = transactionRunner(db, (transaction) => transaction as never, { mode: "embedded" });
  const doc = db.doc("c/x");
  let attempts = 0;
  let change: Promise<unknown> = Promise.resolve();
  await run(async (tx) => {
    const transaction = tx as unknown as FirebaseFirestore.Transaction;
    await transaction.get(doc);
    attempts++;
    change = other.doc("c/x").set({ attempts });
    // From the fourth attempt on the change could come as well: it has the time of many reads.
    if (attempts <= 3) await change;
    else for (let n = 0; n < 30; n++) await transaction.get(db.doc(`c/other${n}`));
    transaction.set(db.doc("c/y"), { attempts });
  }, AbortSignal.timeout(60_000));
  await change;
  expect(attempts).toBe(4);
});
