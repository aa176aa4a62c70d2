import { expect, it } from "vitest";
import { startEngine } from "../../../src/embedded/index.js";
import { NO_INDEXES } from "../support/engine.js";
import { rawClient } from "../support/raw.js";

it("a refusal arrives, however long the text is that it quotes", async () => {
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES });
  const raw = rawClient(engine.port, "demo-errors");
  for (const character of ["x", "é", "語", "😀"]) {
    const parent = character.repeat(30_000);
    const structuredQuery = { from: [{ collectionId: "c" }] };
    for (const method of ["RunQuery", "ListCollectionIds"]) {
      expect(await raw.call(method, { parent, structuredQuery }), `${method} ${character}`).toMatchObject({ code: 3 });
    }
  }
  raw.close();
  await engine.close();
});
