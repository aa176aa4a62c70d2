import { expect } from "vitest";
import type { ListenRequest, ListenResponse } from "../../../src/embedded/encoding/messages.js";
import { describeBothStores } from "../support/both-stores.js";
import { type RawClient, rawClient } from "../support/raw.js";

/*
 * Queries that production answers once, but does not listen to. Its words are in the test suite of
 * skunkteam/rust-firestore-emulator, which is run against production; the official emulator listens.
 */

const ALL = "All-collection queries are not supported by real-time queries.";
const BELOW = "'all_descendants' in CollectionSelector with document parent is not supported by real-time queries.";

/** A selector, what it is below, and what production says. */
const REFUSED: [string, object, string, string][] = [
  ["all collections", { allDescendants: true }, "", ALL],
  ["all collections below a document", { allDescendants: true }, "/c/a", ALL],
  ["a collection group below a document", { collectionId: "c", allDescendants: true }, "/c/a", BELOW],
];

/** The changes of targets that a new target is answered with, up to the first that says how it went. */
async function listenTo(raw: RawClient, parent: string, selector: object): Promise<ListenResponse["targetChange"]> {
  const stream = raw.open<ListenResponse>("Listen");
  const query = { parent, structuredQuery: { from: [selector] } };
  const request: ListenRequest = {
    targetChange: "addTarget",
    addTarget: { targetType: "query", query, targetId: 1 },
  };
  stream.send({ database: raw.database, ...request });
  try {
    for (;;) {
      const { targetChange } = await stream.next();
      if (targetChange && targetChange.targetChangeType !== "ADD") return targetChange;
    }
  } finally {
    stream.vanish();
  }
}

describeBothStores(
  (port) => {
    const raw = rawClient(port, "demo-refusals");
    return { client: raw, close: async () => raw.close() };
  },
  (onStore, store) => {
    for (const [title, selector, below, message] of REFUSED) {
      onStore(`listening to ${title}`, async (raw) => {
        const change = await listenTo(raw, `${raw.root}${below}`, selector);
        if (store === "official emulator") return expect(change).toMatchObject({ targetChangeType: "CURRENT" });
        expect(change).toMatchObject({ targetChangeType: "REMOVE", targetIds: [1], cause: { code: 3, message } });
      });
    }

    onStore("listening to a collection below a document, and to a group of the whole database", async (raw) => {
      for (const [parent, selector] of [
        [`${raw.root}/c/a`, { collectionId: "c" }],
        [raw.root, { collectionId: "c", allDescendants: true }],
      ] as const) {
        expect(await listenTo(raw, parent, selector)).toMatchObject({ targetChangeType: "CURRENT" });
      }
    });
  },
);
