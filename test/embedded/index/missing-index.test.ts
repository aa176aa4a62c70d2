import { createRequire } from "node:module";
import protobuf from "protobufjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StructuredQuery } from "../../../src/embedded/encoding/messages.js";
import { codec } from "../../../src/embedded/encoding/protobuf.js";
import { type Engine, startEngine } from "../../../src/embedded/index.js";
import { int, order, text, where } from "../differential/requests/parts.js";
import { NO_INDEXES } from "../support/engine.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* What a query without its index is answered with: words and link of production, and what to add here. */

const require = createRequire(import.meta.url);
const admin = protobuf.Root.fromJSON(require("@google-cloud/firestore/build/protos/admin_v1.json"));
const indexes = codec<object>(admin.lookupType("google.firestore.admin.v1.Index"));

// The project in which the link below was recorded.
const PROJECT = "fireemu-oracle-query";
const CONSOLE = `https://console.firebase.google.com/v1/r/project/${PROJECT}/firestore/indexes`;
const GROUPS = `projects/${PROJECT}/databases/(default)/collectionGroups`;

let engine: Engine;
let raw: RawClient;
beforeAll(async () => {
  engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  raw = rawClient(engine.port, PROJECT);
});
afterAll(async () => {
  raw.close();
  await engine.close();
});

async function refusal(query: StructuredQuery): Promise<string> {
  const outcome = await raw.runQuery(query);
  expect(outcome.code).toBe(9);
  return "message" in outcome ? outcome.message : "";
}

it("a composite index is linked as production links it", async () => {
  const message = await refusal({
    from: [{ collectionId: "flt" }],
    where: where("q", "EQUAL", int(1)),
    orderBy: [order("z")],
  });
  const recorded =
    "ClBwcm9qZWN0cy9maXJlZW11LW9yYWNsZS1xdWVyeS9kYXRhYmFzZXMvKGRlZmF1bHQpL2NvbGxlY3Rpb25Hcm91cHMvZmx0L2luZGV4ZXMvXxAB" +
    "GgUKAXEQARoFCgF6EAEaDAoIX19uYW1lX18QAQ";
  const words = `The query requires an index. You can create it here: ${CONSOLE}?create_composite=${recorded} `;
  expect(message.slice(0, words.length)).toBe(words);
  const addition = {
    collectionGroup: "flt",
    queryScope: "COLLECTION",
    fields: [
      { fieldPath: "q", order: "ASCENDING" },
      { fieldPath: "z", order: "ASCENDING" },
    ],
  };
  expect(message).toContain(`add to firestore.indexes.json: "indexes": ${JSON.stringify(addition)}`);
  // What Google's own suites look for, of the server libraries and of the web.
  expect(message).toMatch(/index.*https:\/\/console\.firebase\.google\.com/);
});

it.each<[string, StructuredQuery, object]>([
  ["COLLECTION_GROUP_ASC", { orderBy: [order("n")] }, { order: "ASCENDING" }],
  ["COLLECTION_GROUP_DESC", { orderBy: [order("n", "DESCENDING")] }, { order: "DESCENDING" }],
  ["COLLECTION_GROUP_CONTAINS", { where: where("n", "ARRAY_CONTAINS", text("x")) }, { arrayConfig: "CONTAINS" }],
])("a %s index is linked as an exemption of its field", async (kind, query, mode) => {
  const message = await refusal({ from: [{ collectionId: "qg", allDescendants: true }], ...query });
  const words = `The query requires a ${kind} index for collection qg and field n. You can create it here: `;
  expect(message.slice(0, words.length)).toBe(words);
  const link = new URL(/https:\S+/.exec(message)?.[0] ?? "");
  expect(`${link.origin}${link.pathname}`).toBe(CONSOLE);
  const index = Buffer.from(link.searchParams.get("create_exemption") ?? "", "base64url");
  expect(indexes.decode(index)).toMatchObject({
    name: `${GROUPS}/qg/fields/n`,
    queryScope: "COLLECTION_GROUP",
    fields: [{ fieldPath: "n", ...mode }],
  });
  expect(message).toContain('add to firestore.indexes.json: "fieldOverrides": {');
});
