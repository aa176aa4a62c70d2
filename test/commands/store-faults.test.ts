import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../src/embedded/storage/sqlite.js";
import { connect } from "../embedded/support/engine.js";
import { runCli, startEmulatorCommand } from "../support/cli.js";
import { SERVER, startAgent } from "../support/client.js";
import { smallDisk } from "../support/small-disk.js";
import { asUnprivilegedUser } from "../support/unprivileged-user.js";

/* What is wrong with a file ends a command with its word and what to do, in one line, and with exit code 1. */

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-command-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A data folder with a board in it. */
async function boardIn(dataDir: string) {
  const env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: dataDir };
  const agent = await startAgent(env);
  await agent.call("board_create_project", { name: "Precious" });
  await agent.close();
  return { env, file: join(dataDir, "fireboard.db") };
}

const line = (code: string) => expect.stringMatching(new RegExp(`^fireboard: ${code}: [^\\n]+\\n$`));

test("a full disk: no backup is made on it and no emulator starts; a check and a backup elsewhere work", async (context) => {
  const disk = smallDisk(context, 8);
  const { env } = await boardIn(disk.folder);
  disk.fill();
  const failed = { status: 1, stdout: "", stderr: line("storage_full") };
  expect(runCli(["store", "backup", join(disk.folder, "copy.db")], env)).toEqual(failed);
  expect(runCli(["emulator", "--port", "0", "--data", join(disk.folder, "new.db")])).toEqual(failed);
  expect(readdirSync(disk.folder).filter((name) => name.startsWith("copy"))).toEqual([]);
  expect(runCli(["store", "check"], env)).toMatchObject({ status: 0 });
  expect(runCli(["store", "backup", join(temporaryFolder(), "copy.db")], env)).toMatchObject({ status: 0 });
});

test("an emulator that stops on a full disk says so in a line", async (context) => {
  const disk = smallDisk(context, 8);
  const emulator = await startEmulatorCommand(["--data", join(disk.folder, "board.db")]);
  const db = connect(Number(emulator.host.split(":")[1]));
  await db.doc("notes/1").set({ text: "x".repeat(40_000) });
  await db.terminate();
  disk.fill();
  expect(await emulator.stop()).toBe(0);
  const events = emulator.output().stderr.trimEnd().split("\n");
  expect(events.map((text) => JSON.parse(text))).toMatchObject([
    { event: "emulator_started" },
    { event: "store_fault", code: "storage_full" },
    { event: "stopped" },
  ]);
});

test("a file of a newer version", async () => {
  const { env, file } = await boardIn(temporaryFolder());
  const newer = openConnection(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  const failed = { status: 1, stdout: "", stderr: line("newer_schema") };
  expect(runCli(["store", "check"], env)).toEqual(failed);
  expect(runCli(["emulator", "--port", "0", "--data", file])).toEqual(failed);
});

test("a folder that cannot be written, for a backup, an emulator and the quickstart", async () => {
  const folder = temporaryFolder();
  const { env } = await boardIn(join(folder, "board"));
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o500 });
  const run = (...args: string[]) => {
    const [command, ...rest] = asUnprivilegedUser([...SERVER, ...args]);
    const { status, stdout, stderr } = spawnSync(command, rest, {
      env: { ...process.env, ...env, TMPDIR: closed },
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const failed = { status: 1, stdout: "", stderr: line("read_only_store") };
  expect(run("store", "backup", join(closed, "copy.db"))).toEqual({ ...failed, stderr: line("io_error") });
  expect(run("emulator", "--port", "0", "--data", join(closed, "new.db"))).toEqual(failed);
  expect(run("quickstart")).toEqual({
    status: 1,
    stdout: expect.stringMatching(/^The quickstart needs a folder[^\n]*TMPDIR[^\n]*\n$/),
    stderr: "",
  });
});

test("the quickstart on a full disk ends with the refusal's sentence", async (context) => {
  const disk = smallDisk(context, 1);
  writeFileSync(join(disk.folder, "most"), Buffer.alloc(900 * 1024));
  const { status, stdout, stderr } = runCli(["quickstart"], { TMPDIR: disk.folder });
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(/failed at this step: .*\n\w+ answered storage_full: [^\n]+\n$/);
});
