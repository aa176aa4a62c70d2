import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { errorOf } from "../support/client.js";
import { startInitialized } from "../support/raw-server.js";

const folder = mkdtempSync(join(tmpdir(), "fireboard-private-folder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = "c2VjcmV0LW1hdGVyaWFs";
const key = (fields: object) => JSON.stringify({ type: "service_account", ...fields });
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const FULL_KEY = {
  project_id: "demo",
  client_email: "nobody@demo.iam.gserviceaccount.com",
  private_key: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`,
};

/** Wrong settings, and what the message must mention. */
const FAULTS: [what: string, env: Record<string, string>, repair: RegExp][] = [
  ["an emulator without its host", { FIREBOARD_STORE: "emulator" }, /FIRESTORE_EMULATOR_HOST/],
  ["an emulator's host without a port", { FIRESTORE_EMULATOR_HOST: "localhost" }, /FIRESTORE_EMULATOR_HOST/],
  ["the cloud without credentials or project", { FIREBOARD_STORE: "cloud" }, /GOOGLE_APPLICATION_CREDENTIALS/],
  ["inline credentials cut off", { GOOGLE_APPLICATION_CREDENTIALS: `{"private_key":"${SECRET}` }, /key/],
  ["inline credentials of another kind", { GOOGLE_APPLICATION_CREDENTIALS: key({ secret: SECRET }) }, /key/],
  ["an inline key that is no key", { GOOGLE_APPLICATION_CREDENTIALS: key(FULL_KEY) }, /key/],
  ["a key file that is missing", { GOOGLE_APPLICATION_CREDENTIALS: join(folder, "none.json") }, /key|CREDENTIALS/],
  ["a key file that is no key", { GOOGLE_APPLICATION_CREDENTIALS: file("bad.json", `{"a":"${SECRET}"}`) }, /key/],
  ["a key file that is no JSON", { GOOGLE_APPLICATION_CREDENTIALS: file("text.json", SECRET) }, /key/],
  ["an unknown store", { FIREBOARD_STORE: "oracle" }, /FIREBOARD_STORE/],
  ["a deadline that is no number", { FIREBOARD_DEADLINE_MS: "soon" }, /FIREBOARD_DEADLINE_MS/],
  ["a prefix with a slash", { FIREBOARD_COLLECTION_PREFIX: "a/b" }, /FIREBOARD_COLLECTION_PREFIX/],
  ["a data folder of the working folder", { FIREBOARD_DATA_DIR: "boards" }, /absolute path or begin with ~/],
  ["a data folder with a variable", { FIREBOARD_DATA_DIR: "${HOME}/boards" }, /variable.*FIREBOARD_DATA_DIR/],
  ["a switch in other words", { FIREBOARD_READ_ONLY: "maybe" }, /FIREBOARD_READ_ONLY.*true or false/],
  ["a boundary left empty", { FIREBOARD_ONLY_PROJECT: "" }, /FIREBOARD_ONLY_PROJECT.*must be the id/],
  ["a data folder that is a file", { FIREBOARD_DATA_DIR: file("occupied", "") }, /FIREBOARD_DATA_DIR|folder/],
];

it.each(FAULTS)("%s: the server lists its tools, and each call says how to repair it", async (_, env, repair) => {
  const data: Record<string, string> = { FIREBOARD_DATA_DIR: join(folder, "data") };
  const server = await startInitialized({ ...data, ...env });
  expect((await server.ask("tools/list")).result.tools.length).toBeGreaterThan(0);
  for (const name of ["board_get_projects", "board_create_project"]) {
    const { result } = await server.ask("tools/call", { name, arguments: name.includes("get") ? {} : { name: "x" } });
    const { code, message, hint } = errorOf(result);
    expect(["unavailable", "permission_denied"]).toContain(code);
    expect(`${message} ${hint}`).toMatch(repair);
  }
  server.end();
  expect(await server.exited).toBe(0);

  const seen = server.lines.join("\n");
  for (const secret of [SECRET, folder, "private_key", "    at ", "file:///", "node_modules"])
    expect(seen).not.toContain(secret);
  expect(server.stderr()).not.toContain(SECRET);
});
