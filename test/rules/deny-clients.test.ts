import { readFileSync } from "node:fs";
import {
  assertFails,
  initializeTestEnvironment,
  type RulesTestContext,
  type RulesTestEnvironment,
} from "@firebase/rules-unit-testing";
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  type Firestore,
  getDoc,
  getDocs,
  query,
  runTransaction,
  setDoc,
  setLogLevel,
  updateDoc,
  where,
  writeBatch,
} from "firebase/firestore";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/firestore/open-store.js";
import type { Store } from "../../src/firestore/store.js";

const PROJECT_ID = "demo-fireboard-rules";

let environment: RulesTestEnvironment;
let store: Store;

beforeAll(async () => {
  const host = process.env.FIREBOARD_TEST_EMULATOR_HOST ?? "";
  const [name = "", port = ""] = host.split(":");
  // The library logs each refusal as a warning.
  setLogLevel("silent");
  environment = await initializeTestEnvironment({
    projectId: PROJECT_ID,
    firestore: { host: name, port: Number(port), rules: readFileSync("firestore.rules", "utf8") },
  });
  store = await openStore({
    mode: "emulator",
    host,
    projectId: PROJECT_ID,
    databaseId: "(default)",
    collectionPrefix: "",
  });
  await environment.withSecurityRulesDisabled(async (context) => {
    for (const path of DOCUMENTS) await setDoc(doc(database(context), path), { owner: "alice" });
  });
});

afterAll(async () => {
  await store.close();
  await environment.cleanup();
});

const CLIENTS: Record<string, () => RulesTestContext> = {
  "not signed in": () => environment.unauthenticatedContext(),
  "signed in": () => environment.authenticatedContext("alice", { email: "alice@example.com", email_verified: true }),
  "with admin claims": () => environment.authenticatedContext("root", { admin: true, role: "owner" }),
};

const DOCUMENTS = [
  "projects/existing",
  "tasks/existing",
  "sessions/existing",
  "sessions/existing/turns/existing",
  "sessions_archive/existing",
  "activity_log/existing",
  "idempotency_keys/existing",
  "memories/existing",
  "agents/existing",
  "deliveries/existing",
  "team_a_projects/existing",
  "anything/at/all/existing",
];

const OPERATIONS: Record<string, (db: Firestore, path: string) => Promise<unknown>> = {
  get: (db, path) => getDoc(doc(db, path)),
  list: (db, path) => getDocs(collection(db, parentOf(path))),
  query: (db, path) => getDocs(query(collection(db, parentOf(path)), where("owner", "==", "alice"))),
  "list a collection group": (db, path) => getDocs(collectionGroup(db, parentOf(path).split("/").at(-1) ?? "")),
  create: (db, path) => setDoc(doc(db, `${parentOf(path)}/new`), { owner: "alice" }),
  overwrite: (db, path) => setDoc(doc(db, path), { owner: "alice" }),
  update: (db, path) => updateDoc(doc(db, path), { owner: "alice" }),
  delete: (db, path) => deleteDoc(doc(db, path)),
  "write a batch": (db, path) => writeBatch(db).set(doc(db, path), {}).commit(),
  "run a transaction": (db, path) => runTransaction(db, (transaction) => transaction.get(doc(db, path))),
};

/** The testing library gives modular clients, but types them as clients of the older namespaced API. */
function database(context: RulesTestContext): Firestore {
  return context.firestore() as unknown as Firestore;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

describe.each(Object.entries(CLIENTS))("a client %s", (_client, open) => {
  test.each(Object.entries(OPERATIONS))("cannot %s, wherever", async (_operation, operate) => {
    const db = database(open());
    for (const path of DOCUMENTS) {
      const refusal = await assertFails(operate(db, path));
      expect(refusal, path).toMatchObject({ code: "permission-denied" });
    }
  });
});

test("the server reads and writes with admin access", async () => {
  const project = store.ref("projects", "written-by-the-server");
  const { signal } = new AbortController();
  await store.transaction(async (tx) => tx.create(project, { name: "Board" }), signal);
  expect((await project.get()).data()).toEqual({ name: "Board" });
});
