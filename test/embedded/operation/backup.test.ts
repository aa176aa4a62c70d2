import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { backup, check, startEngine } from "../../../src/embedded/index.js";
import { openConnection } from "../../../src/embedded/storage/sqlite.js";
import { connect, NO_INDEXES } from "../support/engine.js";
import { temporaryFile, temporaryFolder } from "../support/folder.js";

/** A store with some documents, in use while `action` runs. */
async function withStore(action: (file: string, db: ReturnType<typeof connect>) => Promise<void>): Promise<void> {
  const file = temporaryFile();
  const engine = await startEngine({ file, indexes: NO_INDEXES });
  const db = connect(engine.port);
  try {
    const batch = db.batch();
    for (let n = 0; n < 20; n++) batch.set(db.doc(`c/d${n}`), { n, tags: ["a", `t${n}`] });
    await batch.commit();
    await action(file, db);
  } finally {
    await db.terminate();
    await engine.close();
  }
}

it("a backup of a store in use is a store of its own, private and complete", async () => {
  await withStore(async (file, db) => {
    const to = join(temporaryFolder(), "copy.db");
    expect(backup(file, to)).toEqual({ documents: 20, bytes: statSync(to).size });
    await db.doc("c/later").set({});
    expect((statSync(to).mode & 0o777).toString(8)).toBe("600");
    expect(readdirSync(dirname(to))).toEqual(["copy.db"]);

    const engine = await startEngine({ file: to, indexes: NO_INDEXES });
    const copy = connect(engine.port);
    const found = await copy.collection("c").where("tags", "array-contains", "a").orderBy("__name__").get();
    await copy.terminate();
    await engine.close();
    expect(found.docs.map((doc) => doc.id)).toHaveLength(20);
  });
});

it("a backup replaces no file", async () => {
  await withStore(async (file) => {
    const to = temporaryFile();
    writeFileSync(to, "dear friend");
    expect(() => backup(file, to)).toThrow(expect.objectContaining({ code: "target_exists" }));
    expect(statSync(to).size).toBe(11);
  });
});

it("neither backup nor check make a store where there is none", () => {
  const file = temporaryFile();
  expect(() => backup(file, `${file}.copy`)).toThrow(expect.objectContaining({ code: "no_store" }));
  expect(() => check(file)).toThrow(expect.objectContaining({ code: "no_store" }));
  expect(existsSync(file)).toBe(false);
});

it("a backup of a file that is no store is refused", () => {
  const file = temporaryFile();
  writeFileSync(file, "not a database ".repeat(500));
  expect(() => backup(file, `${file}.copy`)).toThrow(expect.objectContaining({ code: "not_a_store" }));
  expect(existsSync(`${file}.copy`)).toBe(false);
});

it("a check counts what is there and finds a sound store sound", async () => {
  await withStore(async (file) => {
    // Per document: three entries by name, one each for n and tags, two for the elements of tags.
    expect(check(file)).toMatchObject({ problems: [], documents: 20, indexEntries: 20 * 7 });
  });
});

it("a check finds missing and left-over index entries", async () => {
  await withStore(async (file) => {
    const connection = openConnection(file, { waitMs: 1_000 });
    connection.exec("DELETE FROM entries WHERE key = (SELECT min(key) FROM entries)");
    expect(check(file).problems).toEqual([expect.stringMatching(/c\/d0 lacks 1 of 7 index entries/)]);
    connection.exec("DELETE FROM documents");
    connection.close();
    expect(check(file).problems).toEqual(["139 index entries belong to no document."]);
  });
});
