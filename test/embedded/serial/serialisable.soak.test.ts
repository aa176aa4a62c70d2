import { it } from "vitest";
import { expectSerialisable } from "./check-history.js";

it("long histories of 6 processes are serialisable and lose nothing", { timeout: 20 * 60_000 }, async () => {
  await expectSerialisable({ workers: 6, transactions: 20_000, killEvery: 200 });
});
