import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config.js";

type Flags = Parameters<typeof loadConfig>[0];
type Env = Record<string, string>;

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const EMAIL = "board@keys-project.iam.gserviceaccount.com";
const KEY = { type: "service_account", project_id: "keys-project", client_email: EMAIL, private_key: privateKey };
const INLINE = JSON.stringify(KEY);
/** With line ends as some environment files keep them. */
const ESCAPED = JSON.stringify({ ...KEY, private_key: privateKey.replaceAll("\n", "\\n") });
const ACCOUNT = { projectId: "keys-project", clientEmail: EMAIL, privateKey };

let folder: string;
/** A file in the test's folder. */
let keyFile: (content: unknown) => string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-config-"));
  let files = 0;
  keyFile = (content) => {
    const path = join(folder, `key-${files++}.json`);
    writeFileSync(path, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    return path;
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

const store = (flags: Flags, env: Env) => loadConfig(flags, { ...env }).store;

describe("cloud credentials", () => {
  test("a key as JSON", () => {
    expect(store({}, { GOOGLE_APPLICATION_CREDENTIALS: ` ${INLINE}` })).toEqual({
      mode: "cloud",
      projectId: "keys-project",
      databaseId: "(default)",
      collectionPrefix: "",
      serviceAccount: ACCOUNT,
    });
  });

  test.each<[name: string, given: string]>([
    ["whose line ends were escaped once more", ESCAPED],
    ["whose line ends are those of a text", INLINE.replaceAll("\\n", "\n")],
    ["whose line ends are those of Windows", JSON.stringify(KEY, null, 2).replaceAll("\\n", "\r\n")],
    ["in quotes", `'${INLINE}'`],
    ["in quotes, its own escaped", JSON.stringify(INLINE)],
    ["behind a byte order mark", `\ufeff${INLINE}`],
  ])("a key as JSON %s", (_, given) => {
    expect(store({}, { GOOGLE_APPLICATION_CREDENTIALS: given })).toMatchObject({ serviceAccount: ACCOUNT });
  });

  test.each<[name: string, content: Buffer | string]>([
    ["with a byte order mark", `\ufeff${INLINE}`],
    ["in UTF-16, as Windows PowerShell writes it", Buffer.from(`\ufeff${INLINE}`, "utf16le")],
    ["in UTF-16, the other way round", Buffer.from(`\ufeff${INLINE}`, "utf16le").swap16()],
    ["whose line ends were escaped once more", ESCAPED],
  ])("a key file %s, which the Google libraries do not understand, is read", (_, content) => {
    expect(store({}, { GOOGLE_APPLICATION_CREDENTIALS: keyFile(content) })).toMatchObject({ serviceAccount: ACCOUNT });
  });

  test("a path from ~, in quotes, reaches the Google libraries as they need it", () => {
    vi.stubEnv("HOME", folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const path = keyFile(KEY);
    const env: NodeJS.ProcessEnv = { GOOGLE_APPLICATION_CREDENTIALS: `"~/${basename(path)}"` };
    expect(loadConfig({}, env).store).toMatchObject({ mode: "cloud", projectId: "keys-project" });
    expect(env.GOOGLE_APPLICATION_CREDENTIALS).toBe(path);
  });

  test.each<[name: string, env: Env, project: string]>([
    ["FIREBOARD_PROJECT_ID", { FIREBOARD_PROJECT_ID: "mine", GOOGLE_CLOUD_PROJECT: "ambient" }, "mine"],
    ["GOOGLE_CLOUD_PROJECT", { GOOGLE_CLOUD_PROJECT: "ambient", GCLOUD_PROJECT: "old" }, "ambient"],
    ["GCLOUD_PROJECT", { GOOGLE_CLOUD_PROJECT: "", GCLOUD_PROJECT: "old" }, "old"],
    ["the key's own", {}, "keys-project"],
  ])("the project is %s", (_, env, projectId) => {
    expect(store({}, { ...env, GOOGLE_APPLICATION_CREDENTIALS: INLINE })).toMatchObject({ projectId });
    expect(store({}, { ...env, GOOGLE_APPLICATION_CREDENTIALS: keyFile(KEY) })).toMatchObject({ projectId });
  });

  test("a file is left to the Google libraries, its variable untouched", () => {
    const path = keyFile(KEY);
    const env: NodeJS.ProcessEnv = { GOOGLE_APPLICATION_CREDENTIALS: path };
    expect(loadConfig({}, env).store).not.toHaveProperty("serviceAccount");
    expect(env.GOOGLE_APPLICATION_CREDENTIALS).toBe(path);
  });

  test("a user's own credentials with a project, and application-default ones", () => {
    const user = keyFile({ type: "authorized_user", client_id: "c", refresh_token: "r" });
    const project = { FIREBOARD_PROJECT_ID: "p" };
    expect(store({}, { ...project, GOOGLE_APPLICATION_CREDENTIALS: user })).toMatchObject({ projectId: "p" });
    expect(store({ store: "cloud" }, { GOOGLE_CLOUD_PROJECT: "p" })).toMatchObject({ mode: "cloud", projectId: "p" });
  });
});

describe("a key file that cannot be used is reported, and without its path", () => {
  test.each(["not JSON", "{}", "null", '{"type":"service_account","project_id":"p"}'])("a file with %s", (content) => {
    const reported = store({}, { GOOGLE_APPLICATION_CREDENTIALS: keyFile(content), FIREBOARD_PROJECT_ID: "p" });
    expect(reported).toEqual({ problem: expect.stringContaining("holds no credentials"), repair: expect.any(String) });
    expect(JSON.stringify(reported)).not.toContain(folder);
  });

  test("credentials of another type with a byte order mark", () => {
    const content = `\ufeff${JSON.stringify({ type: "authorized_user", refresh_token: "r" })}`;
    const reported = store({}, { GOOGLE_APPLICATION_CREDENTIALS: keyFile(content), FIREBOARD_PROJECT_ID: "p" });
    expect(reported).toEqual({ problem: expect.stringContaining("byte order mark"), repair: expect.any(String) });
  });

  test("credentials without a project", () => {
    const user = store({}, { GOOGLE_APPLICATION_CREDENTIALS: keyFile({ type: "authorized_user" }) });
    expect(user).toEqual({ problem: expect.stringContaining("no Google Cloud project"), repair: expect.any(String) });
    expect(JSON.stringify(user)).not.toContain(folder);
  });
});
