import { credentials, Metadata, makeGenericClientConstructor } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ListenRequest, ListenResponse, TargetMessage } from "../../../src/embedded/encoding/messages.js";
import { firestoreService } from "../../../src/embedded/rpc/service-definition.js";
import { startTestStore, type TestStore } from "../support/engine.js";

/* The Listen stream itself, message by message: several targets on one stream, and coming back with a token. */

const ROOT = "projects/demo-test/databases/(default)/documents";
const Client = makeGenericClientConstructor(firestoreService, "Firestore", {});

let store: TestStore;
let clients: { close(): void }[] = [];
beforeEach(async () => {
  store = await startTestStore();
});
afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await store.close();
});

function openStream() {
  const client = new Client(`127.0.0.1:${store.engine.port}`, credentials.createInsecure());
  clients.push(client);
  const method = firestoreService.Listen;
  if (!method) throw new Error("no Listen method");
  const decode = method.responseDeserialize as (bytes: Buffer) => ListenResponse;
  const call = client.makeBidiStreamRequest(method.path, method.requestSerialize, decode, new Metadata());
  call.on("error", () => {
    // The test ends the stream itself.
  });
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<ListenResponse>;
  return {
    vanish: () => call.cancel(),
    send: (request: ListenRequest) => call.write(request),
    /** Messages up to the one that says that they belong together. */
    async batch(): Promise<ListenResponse[]> {
      const batch: ListenResponse[] = [];
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error("the stream has ended");
        batch.push(value);
        if (value.targetChange?.targetChangeType === "NO_CHANGE") return batch;
      }
    },
  };
}

function collection(targetId: number, collectionId: string, resumeToken?: Buffer): ListenRequest {
  const query = { parent: ROOT, structuredQuery: { from: [{ collectionId }] } };
  const target: TargetMessage = { targetType: "query", query, targetId, ...(resumeToken ? { resumeToken } : {}) };
  return { targetChange: "addTarget", addTarget: target };
}

/** The messages in few words. */
function brief(batch: ListenResponse[]): string[] {
  return batch.map(({ targetChange, documentChange, documentDelete }) => {
    if (targetChange) return `${targetChange.targetChangeType} ${(targetChange.targetIds ?? []).join()}`.trim();
    if (documentChange)
      return `${documentChange.document.name?.split("/").at(-1)} in ${documentChange.targetIds.join()}`;
    return `${documentDelete?.document.split("/").at(-1)} gone from ${documentDelete?.removedTargetIds.join()}`;
  });
}

function tokenOf(batch: ListenResponse[]): Buffer {
  const token = batch.at(-1)?.targetChange?.resumeToken;
  if (!token) throw new Error("no resume token");
  return token;
}

it("several targets on one stream are brought up to date together", async () => {
  const { db } = store;
  await db.doc("a/one").set({});
  const stream = openStream();
  stream.send(collection(1, "a"));
  expect(brief(await stream.batch())).toEqual(["ADD 1", "one in 1", "CURRENT 1", "NO_CHANGE"]);
  stream.send(collection(2, "b"));
  expect(brief(await stream.batch())).toEqual(["ADD 2", "CURRENT 2", "NO_CHANGE"]);
  const batch = db.batch();
  batch.set(db.doc("b/two"), {});
  batch.delete(db.doc("a/one"));
  await batch.commit();
  expect(brief(await stream.batch())).toEqual(["one gone from 1", "two in 2", "NO_CHANGE"]);
  stream.send({ targetChange: "removeTarget", removeTarget: 1 });
  await db.doc("a/three").set({});
  await db.doc("b/four").set({});
  expect(brief(await stream.batch())).toEqual(["REMOVE 1", "four in 2", "NO_CHANGE"]);
});

it("a client that comes back with a token gets nothing twice, and everything anew after a change", async () => {
  const { db } = store;
  await db.doc("a/one").set({});
  const first = openStream();
  first.send(collection(1, "a"));
  const token = tokenOf(await first.batch());

  await db.doc("elsewhere/x").set({});
  const second = openStream();
  second.send(collection(1, "a", token));
  expect(brief(await second.batch())).toEqual(["ADD 1", "CURRENT 1", "NO_CHANGE"]);
  await db.doc("a/one").update({ n: 1 });
  expect(brief(await second.batch())).toEqual(["one in 1", "NO_CHANGE"]);

  await db.doc("a/one").delete();
  await db.doc("a/two").set({});
  const third = openStream();
  third.send(collection(1, "a", token));
  expect(brief(await third.batch())).toEqual(["ADD 1", "RESET 1", "two in 1", "CURRENT 1", "NO_CHANGE"]);
});

it("nothing is left of a client that vanished", async () => {
  const stream = openStream();
  stream.send(collection(1, "a"));
  await stream.batch();
  expect(store.engine.listeners()).toBe(1);
  stream.vanish();
  await vi.waitFor(() => expect(store.engine.listeners()).toBe(0), { timeout: 30_000 });
});
