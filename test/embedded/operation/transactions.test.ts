import { expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { openStoreFile } from "../../../src/embedded/storage/store-file.js";
import { createTransactions, type TransactionLimits } from "../../../src/embedded/txn/running-transactions.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";

/* Running transactions when the disk or file fails under them. */

async function start(limits?: TransactionLimits) {
  const file = temporaryFile();
  const store = await openStoreFile({ file, indexes: NO_INDEXES });
  const transactions = createTransactions(store, limits);
  onTestFinished(() => {
    transactions.close();
    store.close();
  });
  return { file, transactions };
}

it("a transaction that cannot begin keeps no snapshot", async () => {
  const { file, transactions } = await start();
  const other = openConnection(file, { waitMs: 1_000 });
  onTestFinished(() => other.close());
  other.exec("ALTER TABLE state RENAME TO lost");
  for (let count = 0; count < 250; count++) {
    await expect(transactions.begin(undefined)).rejects.toThrow(/no such table/);
  }
  other.exec("ALTER TABLE lost RENAME TO state");
  expect(await transactions.begin(undefined)).toMatchObject({ since: 0 });
});

it("a transaction is over when its time is, also when its snapshot cannot be let go", async () => {
  const { transactions } = await start({ idleMs: 60_000, totalMs: 0 });
  const { connection, id } = await transactions.begin(undefined);
  connection.close();
  expect(() => transactions.find(id)).toThrow(/expired/);
});
