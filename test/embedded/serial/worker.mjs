// One process of the history test: runs random transactions on a shared store until its input ends, and reports each
// transaction that was acknowledged. It may be killed at any moment. Arguments: store file, worker id,
// URL of the built engine, seed of its choices.
import { createHash } from "node:crypto";
import { FieldPath, Firestore } from "@google-cloud/firestore";

/** @typedef {import("@google-cloud/firestore").Transaction} Transaction */

const [file = "", worker = "", build = "", seed = ""] = process.argv.slice(2);
/** @type {typeof import("../../../src/embedded/index.js")} */
const { startEngine } = await import(build);
const REGISTERS = 6;
const GROUPS = 3;
const LARGEST_GROUP = 4;
const ABORTED = 10;
/** Transactions of one process at the same time, so that some of them are committed together. */
const CHAINS = 3;

const engine = await startEngine({ file, indexes: { indexes: [], fieldOverrides: [] } });
const db = new Firestore({
  projectId: "demo-history",
  host: `127.0.0.1:${engine.port}`,
  ssl: false,
  credentials: { client_email: "test@example.com", private_key: "none" },
});
let running = true;
process.stdin.on("end", () => {
  running = false;
});
process.stdin.resume();

let draws = 0;
/** The same choices for the same seed, as far as the same number of them was made before. @param {number} count */
const pick = (count) => createHash("sha256").update(`${seed} ${draws++}`).digest().readUInt32BE() % count;
/** @param {number} index */
const register = (index) => db.doc(`registers/r${index}`);
/** @param {string} name */
const group = (name) => db.collection("items").where("group", "==", name);
/** @param {object} line */
const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/**
 * Reads some registers and writes others.
 * @param {Transaction} tx
 * @param {string} id
 */
async function registers(tx, id) {
  /** @type {Record<string, string | null>} */
  const reads = {};
  const wanted = [...new Set([pick(REGISTERS), pick(REGISTERS), pick(REGISTERS)])];
  for (const snapshot of await tx.getAll(...wanted.map(register))) {
    reads[snapshot.id] = snapshot.exists ? snapshot.get("by") : null;
  }
  const written = [...new Set([pick(REGISTERS), pick(REGISTERS)])].map((index) => `r${index}`);
  for (const name of written) tx.set(db.doc(`registers/${name}`), { by: id });
  return { reads, set: written };
}

/**
 * Queries a group, then adds to it or removes from it: what a phantom would break.
 * @param {Transaction} tx
 * @param {string} id
 */
async function members(tx, id) {
  const name = `g${pick(GROUPS)}`;
  const found = (await tx.get(group(name))).docs.map((doc) => doc.id);
  if (found.length < LARGEST_GROUP) {
    tx.create(db.doc(`items/${id}`), { group: name, by: id });
    return { group: name, members: found, added: id };
  }
  tx.delete(db.doc(`items/${found[0]}`));
  return { group: name, members: found, removed: found[0] };
}

/**
 * Counts a group and writes a register.
 * @param {Transaction} tx
 * @param {string} id
 */
async function counted(tx, id) {
  const name = `g${pick(GROUPS)}`;
  const { count } = (await tx.get(group(name).count())).data();
  const target = `r${pick(REGISTERS)}`;
  tx.set(db.doc(`registers/${target}`), { by: id });
  return { group: name, count, set: [target] };
}

/**
 * Everything, in several reads of one transaction: a read-only one, or one that writes nothing, which is never ABORTED.
 */
async function observe() {
  return db.runTransaction(
    async (tx) => {
      const values = await tx.getAll(...Array.from({ length: REGISTERS }, (_, index) => register(index)));
      const items = await tx.get(db.collection("items").orderBy(FieldPath.documentId()));
      return {
        registers: Object.fromEntries(values.filter((one) => one.exists).map((one) => [one.id, one.get("by")])),
        items: Object.fromEntries(items.docs.map((doc) => [doc.id, doc.get("group")])),
      };
    },
    pick(2) === 0 ? { readOnly: true } : { maxAttempts: 1 },
  );
}

let number = 0;

/**
 * One transaction. It goes on from the last one that lost in its chain, so that some of them get a turn.
 * @param {Transaction | undefined} lost
 * @returns {Promise<Transaction | undefined>} this one, when it has lost
 */
async function transact(lost) {
  const id = `${worker}-${number++}`;
  const work = [registers, members, counted][pick(3)] ?? registers;
  /** @type {Transaction | undefined} */
  let last;
  try {
    await db.runTransaction(
      async (tx) => {
        // The client keeps it for its own attempts.
        if (lost) Reflect.set(tx, "_prevTransactionId", Reflect.get(lost, "_prevTransactionId"));
        last = tx;
        const did = await work(tx, id);
        // The transaction's own account of itself is part of what it commits.
        tx.create(db.doc(`log/${id}`), { did: JSON.stringify(did) });
      },
      { maxAttempts: 1 },
    );
    report({ acknowledged: id });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === ABORTED)) throw error;
    return last;
  }
}

/** One transaction after the other. */
async function chain() {
  /** @type {Transaction | undefined} */
  let lost;
  while (running) {
    if (pick(5) === 0) report({ observed: await observe() });
    else lost = await transact(lost);
  }
}

await Promise.all(Array.from({ length: CHAINS }, chain));
await db.terminate();
await engine.close();
