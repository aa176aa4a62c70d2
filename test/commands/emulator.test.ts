import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Firestore } from "@google-cloud/firestore";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmulatorProcess, runCli, startEmulatorCommand } from "../support/cli.js";
import { startAgent } from "../support/client.js";

let folder: string;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-emulator-"));
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
  rmSync(folder, { recursive: true });
});

async function start(...args: string[]): Promise<EmulatorProcess> {
  const emulator = await startEmulatorCommand(args);
  cleanUp.push(() => emulator.stop());
  return emulator;
}

function client({ host }: EmulatorProcess): Firestore {
  const db = new Firestore({
    projectId: "demo-any",
    host,
    ssl: false,
    credentials: { client_email: "nobody@example.com", private_key: "none" },
  });
  cleanUp.push(() => db.terminate());
  return db;
}

test("any Firestore client can write, read and query, without a token", async () => {
  const db = client(await start());
  await db.doc("cities/SF").set({ name: "San Francisco", population: 860_000 });
  await db.doc("cities/LA").set({ name: "Los Angeles", population: 3_900_000 });
  expect((await db.doc("cities/SF").get()).data()).toEqual({ name: "San Francisco", population: 860_000 });
  const large = await db.collection("cities").where("population", ">", 1_000_000).get();
  expect(large.docs.map(({ id }) => id)).toEqual(["LA"]);
});

test("a fireboard server can use it as its emulator", async () => {
  const { host } = await start();
  const agent = await startAgent({ FIRESTORE_EMULATOR_HOST: host });
  cleanUp.push(agent.close);
  const { id } = await agent.call("board_create_project", { name: "On another store" });
  const { projects } = await agent.call("board_get_projects");
  expect(projects).toMatchObject([{ id, name: "On another store", total_tasks: 0 }]);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s stops it cleanly, and a file keeps the data", async (signal) => {
  const data = ["--data", join(folder, "kept", "store.db")];
  const first = await start(...data);
  await client(first).doc("notes/1").set({ text: "kept" });
  expect(await first.stop(signal)).toBe(0);
  expect(first.output().stdout).toBe(`listening on ${first.host}\n`);
  const events = first.output().stderr.trim().split("\n");
  expect(events.map((line) => JSON.parse(line))).toMatchObject([
    { event: "emulator_started", host: first.host, data: data[1] },
    { event: "stopped", reason: signal },
  ]);

  const second = await start("--data", relative(process.cwd(), join(folder, "kept", "store.db")));
  expect((await client(second).doc("notes/1").get()).data()).toEqual({ text: "kept" });
});

test("without --data, nothing is kept", async () => {
  const first = await start();
  await client(first).doc("notes/1").set({ text: "gone soon" });
  await first.stop();
  expect(
    (
      await client(await start())
        .doc("notes/1")
        .get()
    ).exists,
  ).toBe(false);
});

test("a query without its index is refused, or creates it with --create-indexes", async () => {
  const query = (emulator: EmulatorProcess) =>
    client(emulator).collection("cities").where("state", "==", "CA").orderBy("population").get();
  await expect(query(await start())).rejects.toMatchObject({ code: 9, message: expect.stringContaining("index") });
  expect((await query(await start("--create-indexes"))).empty).toBe(true);
});

test("a taken port is reported in one line, with exit code 1", async () => {
  const { host } = await start();
  const port = host.split(":")[1] ?? "";
  const { status, stdout, stderr } = runCli(["emulator", "--port", port]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^fireboard: port_taken: Port ${port} .*taken.*\\n$`));
});

test("a file that is no store is reported in one line, with exit code 1, and not changed", () => {
  const file = join(folder, "letter.txt");
  writeFileSync(file, "Dear reader, this is no database. ".repeat(50));
  const { status, stdout, stderr } = runCli(["emulator", "--port", "0", "--data", file]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^fireboard: not_a_store: .*not a store.*\n$/);
});

test("a file whose name holds a variable that no shell replaced is refused", () => {
  const { status, stdout, stderr } = runCli(["emulator", "--port", "0", "--data", "${HOME}/x.db"]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("holds a variable");
});

test.each([["80a"], ["-1"], ["65536"], ["1.5"], [""]])("port %j is refused", (port) => {
  const { status, stderr } = runCli(["emulator", `--port=${port}`]);
  expect(status).toBe(1);
  expect(stderr).toContain("whole number from 0 to 65535");
});
