import { chmodSync, chownSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startEngine, type UnsafePlace } from "../../../src/embedded/index.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFolder } from "../support/folder.js";

const SOMEBODY = 65_533;

/** Starts an engine on the path that `prepare` gives and tells what was said of the place. */
async function told(prepare: (file: string, folder: string) => string): Promise<UnsafePlace[]> {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder, { mode: 0o700 });
  const heard: UnsafePlace[] = [];
  const onUnsafePlace = (found: readonly UnsafePlace[]) => void heard.push(...found);
  const file = prepare(join(folder, "store.db"), folder);
  const engine = await startEngine({ file, indexes: NO_INDEXES, onUnsafePlace });
  onTestFinished(() => engine.close());
  return heard;
}

/** A path as it is, after some preparation. */
const after = (path: string, ..._prepared: unknown[]) => path;

it("a private folder, a new one and one that others may only read are not told of", async () => {
  expect(await told((file) => file)).toEqual([]);
  expect(await told((_, folder) => join(folder, "new", "store.db"))).toEqual([]);
  expect(await told((file, folder) => after(file, chmodSync(folder, 0o755)))).toEqual([]);
  expect(await told(() => ":memory:")).toEqual([]);
});

it.each([0o777, 0o1777, 0o770, 0o722])(
  "a folder that others may write to (%o) is told of and left as it is",
  async (mode) => {
    let place = "";
    const prepare = (file: string, folder: string) => {
      place = folder;
      chmodSync(folder, mode);
      return file;
    };
    expect(await told(prepare)).toEqual(["folder_writable_by_others"]);
    expect(statSync(place).mode & 0o7777).toBe(mode);
  },
);

it("links are told of", async () => {
  const link = (file: string) => after(`${file}-link`, writeFileSync(file, ""), symlinkSync(file, `${file}-link`));
  expect(await told(link)).toEqual(["symbolic_link"]);
  expect(await told((file) => after(file, writeFileSync(file, ""), linkSync(file, `${file}-other`)))).toEqual([
    "hard_link",
  ]);
});

it("a link in a folder that others may write to is told of as such", async () => {
  const prepare = (file: string, folder: string) => {
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    writeFileSync(file, "");
    symlinkSync(file, join(open, "link.db"));
    return join(open, "link.db");
  };
  expect(await told(prepare)).toEqual(["folder_writable_by_others", "symbolic_link"]);
});

it("what belongs to somebody else is told of", async ({ skip }) => {
  skip(process.getuid?.() !== 0, "only root can give files away");
  const give = (path: string) => chownSync(path, SOMEBODY, SOMEBODY);
  expect(await told((file) => after(file, writeFileSync(file, ""), give(file)))).toEqual(["foreign_owner"]);
  expect(await told((file, folder) => after(file, give(folder)))).toEqual(["foreign_owner"]);
});
