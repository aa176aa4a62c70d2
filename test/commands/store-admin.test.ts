import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { type Agent, startAgent } from "../support/client.js";

let folder: string;
let env: Record<string, string>;
let agent: Agent | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-admin-"));
  env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: join(folder, "board") };
});
afterEach(async () => {
  await agent?.close();
  agent = undefined;
  rmSync(folder, { recursive: true });
});

const file = () => join(folder, "board", "fireboard.db");

async function boardWithProject(): Promise<string> {
  agent = await startAgent(env);
  return (await agent.call("board_create_project", { name: "Precious" })).id;
}

test("path prints where the file will be, by the same settings as the server", () => {
  expect(runCli(["store", "path"], env)).toEqual({ status: 0, stdout: `${file()}\n`, stderr: "" });
  const other = ["store", "path", "--data-dir", join(folder, "other")];
  expect(runCli(other, env).stdout).toBe(`${join(folder, "other", "fireboard.db")}\n`);
});

test("a path that a person types is of the working folder or of the home folder, one of the environment is neither", () => {
  const path = (...args: string[]) => runCli(["store", "path", ...args], { FIREBOARD_STORE: "embedded" });
  expect(path("--data-dir", "boards").stdout).toBe(`${join(process.cwd(), "boards", "fireboard.db")}\n`);
  expect(path("--data-dir=~/boards").stdout).toBe(`${join(homedir(), "boards", "fireboard.db")}\n`);
  expect(path("--data-dir", "${HOME}/boards")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("variable"),
  });
  expect(runCli(["store", "path"], { FIREBOARD_DATA_DIR: "boards" })).toEqual({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/^fireboard: .*FIREBOARD_DATA_DIR.*absolute path/),
  });
});

/** As the README says: stop the servers, copy the backup over the file, delete the files that SQLite keeps beside it. */
async function restore(backup: string): Promise<void> {
  await agent?.close();
  copyFileSync(backup, file());
  for (const suffix of ["-wal", "-shm"]) rmSync(file() + suffix, { force: true });
}

test("a board in use is checked and backed up, and the backup can be restored", async () => {
  const id = await boardWithProject();
  expect(runCli(["store", "check"], env)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^sound: 2 documents, \d+ index entries, \d+ bytes\n$/),
  });

  const backup = join(folder, "backup.db");
  expect(runCli(["store", "backup", backup], env)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${backup}: 2 documents`),
  });
  expect(statSync(backup).mode & 0o777).toBe(0o600);

  await agent?.call("board_create_project", { name: "After the backup" });
  await restore(backup);
  agent = await startAgent(env);
  expect((await agent.call("board_get_projects")).projects).toMatchObject([{ id, name: "Precious" }]);
});

test("a backup never replaces a file", async () => {
  await boardWithProject();
  const taken = join(folder, "taken.db");
  writeFileSync(taken, "mine");
  const { status, stdout, stderr } = runCli(["store", "backup", taken], env);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^fireboard: target_exists: .*exists already.*\n$/);
  expect(readFileSync(taken, "utf8")).toBe("mine");
});

test.each([[["check"]], [["backup", "x.db"]]])("%s without a board is reported in one line", (args) => {
  const { status, stdout, stderr } = runCli(["store", ...args], env);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(
    /^fireboard: no_store: There is no store at .*\. It is made by the first call of an agent\.\n$/,
  );
  expect(existsSync("x.db")).toBe(false);
});

test("a damaged file is reported, with exit code 1", async () => {
  await boardWithProject();
  const backup = join(folder, "backup.db");
  runCli(["store", "backup", backup], env);
  const bytes = readFileSync(backup);
  bytes.fill(0xa5, bytes.length / 2);
  writeFileSync(backup, bytes);
  await restore(backup);
  const { status, stdout, stderr } = runCli(["store", "check"], env);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^fireboard: .*damaged/);
  expect(stderr).not.toContain("at file:");
});

test.each([
  [{ FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: "127.0.0.1:1" }, "the emulator store"],
  [{ FIREBOARD_STORE: "cloud" }, "neither credentials nor a project"],
])("settings for another store are refused: %j", (settings, reason) => {
  const { status, stderr } = runCli(["store", "path"], settings);
  expect(status).toBe(1);
  expect(stderr).toContain(reason);
});
