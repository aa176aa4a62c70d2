import { expect, it } from "vitest";
import { startTextStore, write } from "../support/texts.js";

it("a text index finds a document by what its parts say, once, within its own scope, as they are now", async () => {
  const { db, find, search } = await startTextStore();
  await write(db, { a: { title: "needle", box: "one" }, b: { title: "hay", box: "two" }, c: { title: "hay" } });
  const repeated = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`p${at}`, { text: "needle needle" }]));
  await write(db, repeated, "things/b/parts");
  await write(db, { p: { text: "needle and much more of other words" } }, "things/c/parts");
  await write(db, { p: { text: "needle" } }, "things/gone/parts");
  await write(db, { p: { text: "needle" } }, "notes/b/parts");
  await write(db, { p: { text: "needle" } }, "things/b/deeper/x/parts");
  const { matches, coverage } = await search("needle needle");
  expect(matches.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
  expect(matches.find(({ id }) => id === "a")?.part).toBeNull();
  expect(matches.find(({ id }) => id === "c")?.part).toBe("p");
  expect(coverage.things).toEqual({ indexed: 3, current: true, complete: true });
  expect((await find("needle", { limit: 3 })).sort()).toEqual(["a", "b", "c"]);
  expect(await find("needle", { scope: "two" })).toEqual(["b"]);
  await db.doc("things/c").update({ box: "two" });
  await db.recursiveDelete(db.collection("things/b/parts"));
  expect(await find("needle", { scope: "two" })).toEqual(["c"]);
  await db.doc("things/c/parts/p").update({ text: "thread" });
  expect(await find("needle", { scope: "two" })).toEqual([]);
  expect(await find("thread")).toEqual(["c"]);
});
