import { it } from "vitest";
import { randomRounds } from "../../support/random-rounds.js";
import { expectSerialisable } from "./check-history.js";

it("transactions of 4 processes, some of them killed, are serialisable and lose nothing", {
  timeout: 300_000,
}, async () => {
  await expectSerialisable({ workers: 4, transactions: randomRounds(800), killEvery: 80 });
});
