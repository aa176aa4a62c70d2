import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Config, loadConfig, SETTINGS } from "../../src/config.js";

type Env = Record<string, string>;
type Flags = Parameters<typeof loadConfig>[0];

const { privateKey } = generateKeyPairSync("ed25519", {
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const EMAIL = "board@keys-project.iam.gserviceaccount.com";
const KEY = { type: "service_account", project_id: "keys-project", client_email: EMAIL, private_key: privateKey };
const INLINE = JSON.stringify(KEY);

function store(flags: Flags, env: Env): Config["store"] {
  return loadConfig(flags, { ...env }).store;
}

describe("the store is chosen by what is given, in this order", () => {
  const emulator = { FIRESTORE_EMULATOR_HOST: "127.0.0.1:8080" };
  const project = { FIREBOARD_PROJECT_ID: "p" };
  const credentials = { GOOGLE_APPLICATION_CREDENTIALS: INLINE };

  test.each<[name: string, flags: Flags, env: Env, mode: string]>([
    ["nothing", {}, {}, "embedded"],
    ["an emulator's host", {}, emulator, "emulator"],
    ["a project", {}, project, "cloud"],
    ["a project by flag", { projectId: "p" }, {}, "cloud"],
    ["credentials", {}, credentials, "cloud"],
    ["an emulator's host before the cloud's settings", {}, { ...emulator, ...project, ...credentials }, "emulator"],
    ["FIREBOARD_STORE before an emulator's host", {}, { FIREBOARD_STORE: "embedded", ...emulator }, "embedded"],
    ["FIREBOARD_STORE before credentials", {}, { FIREBOARD_STORE: "embedded", ...credentials }, "embedded"],
    ["FIREBOARD_STORE, the cloud", {}, { FIREBOARD_STORE: "cloud", ...emulator, ...project }, "cloud"],
    ["the flag before the variable", { store: "embedded" }, { FIREBOARD_STORE: "cloud", ...project }, "embedded"],
    ["an empty variable as none", {}, { FIREBOARD_STORE: "", FIRESTORE_EMULATOR_HOST: "" }, "embedded"],
    ["a project of the Google tools alone, not the cloud", {}, { GOOGLE_CLOUD_PROJECT: "p" }, "embedded"],
  ])("%s", (_, flags, env, mode) => {
    expect(store(flags, env)).toMatchObject({ mode });
  });
});

describe("what each store is opened with", () => {
  test("embedded, without any setting", () => {
    expect(store({}, { XDG_DATA_HOME: "/data" })).toEqual({
      mode: "embedded",
      projectId: "fireboard",
      databaseId: "(default)",
      collectionPrefix: "",
      dataDir: "/data/fireboard",
    });
  });

  test("emulator", () => {
    expect(store({}, { FIRESTORE_EMULATOR_HOST: "[::1]:8080" })).toEqual({
      mode: "emulator",
      projectId: "demo-fireboard",
      databaseId: "(default)",
      collectionPrefix: "",
      host: "[::1]:8080",
    });
  });

  test("every store takes project, database and prefix, from flags first", () => {
    const flags = { projectId: "flag-p", databaseId: "flag-d", collectionPrefix: "flag_" };
    const env = {
      FIREBOARD_PROJECT_ID: "env-p",
      FIREBOARD_DATABASE_ID: "env-d",
      FIREBOARD_COLLECTION_PREFIX: "env_",
      FIRESTORE_EMULATOR_HOST: "h:1",
    };
    for (const mode of ["cloud", "emulator", "embedded"]) {
      const common = { mode, projectId: "flag-p", databaseId: "flag-d", collectionPrefix: "flag_" };
      expect(store({ ...flags, store: mode }, env)).toMatchObject(common);
    }
    expect(store({}, env)).toMatchObject({ projectId: "env-p", databaseId: "env-d", collectionPrefix: "env_" });
  });

  test("the deadline", () => {
    expect(loadConfig({}, {}).deadlineMs).toBe(10_000);
    expect(loadConfig({}, { FIREBOARD_DEADLINE_MS: "500" }).deadlineMs).toBe(500);
    expect(loadConfig({ deadlineMs: "100" }, { FIREBOARD_DEADLINE_MS: "500" }).deadlineMs).toBe(100);
  });
});

describe("values as files, shells and hosts pass them on", () => {
  test.each(["true", "True", "TRUE", "1", "yes", "Yes", "on", " on ", '"true"'])("%s turns a switch on", (word) => {
    expect(store({}, { FIREBOARD_READ_ONLY: word })).toMatchObject({ readOnly: true });
  });

  test.each(["false", "False", "0", "no", "NO", "off", "'off'", "", "  ", '""'])("%j leaves it off", (word) => {
    expect(store({}, { FIREBOARD_READ_ONLY: word })).not.toHaveProperty("readOnly");
  });

  test("quotes and white space around any value, and capitals in a store's name", () => {
    const env = { FIREBOARD_STORE: "'Cloud'", FIREBOARD_PROJECT_ID: ' "p" ', FIREBOARD_DEADLINE_MS: "'500'" };
    expect(loadConfig({ databaseId: " d " }, { ...env })).toMatchObject({
      store: { mode: "cloud", projectId: "p", databaseId: "d" },
      deadlineMs: 500,
    });
    const ambient = { FIREBOARD_STORE: "cloud", GOOGLE_CLOUD_PROJECT: '"p"' };
    expect(store({}, ambient)).toMatchObject({ mode: "cloud", projectId: "p" });
  });

  test("an emulator's address as a URL, also for the Google libraries", () => {
    const env: NodeJS.ProcessEnv = { FIRESTORE_EMULATOR_HOST: '"http://localhost:8080/"' };
    expect(loadConfig({}, env).store).toMatchObject({ mode: "emulator", host: "localhost:8080" });
    expect(env.FIRESTORE_EMULATOR_HOST).toBe("localhost:8080");
  });
});

describe("nothing stays in the environment that would make the Google libraries use another store", () => {
  test.each<[name: string, env: Env, left: string[]]>([
    ["an emulator beside embedded", { FIREBOARD_STORE: "embedded", FIRESTORE_EMULATOR_HOST: "h:1" }, []],
    ["an emulator beside the cloud", { FIREBOARD_STORE: "cloud", FIRESTORE_EMULATOR_HOST: "h:1" }, []],
    ["an emulator beside a mistake", { FIREBOARD_STORE: "moon", FIRESTORE_EMULATOR_HOST: "h:1" }, []],
    ["the emulator that was chosen", { FIRESTORE_EMULATOR_HOST: "h:1" }, ["FIRESTORE_EMULATOR_HOST"]],
    ["a key that is no path", { GOOGLE_APPLICATION_CREDENTIALS: INLINE }, []],
    [
      "a key that is no path, beside the emulator",
      { FIRESTORE_EMULATOR_HOST: "h:1", GOOGLE_APPLICATION_CREDENTIALS: INLINE },
      ["FIRESTORE_EMULATOR_HOST"],
    ],
  ])("%s", (_, given, left) => {
    const env: NodeJS.ProcessEnv = { ...given };
    loadConfig({}, env);
    const google = ["FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"];
    expect(google.filter((name) => name in env)).toEqual(left);
  });
});

describe("a mistake is reported with its repair, and without the given value", () => {
  const SECRET = "top-secret";
  const broken = (fields: object) => JSON.stringify({ ...KEY, ...fields });

  test.each<[name: string, flags: Flags, env: Env, problem: RegExp, repair: RegExp]>([
    ["an unknown store", {}, { FIREBOARD_STORE: SECRET }, /FIREBOARD_STORE \(--store\).*"cloud"/, /FIREBOARD_STORE/],
    ["an unknown store by flag", { store: SECRET }, {}, /--store/, /FIREBOARD_STORE/],
    ["an emulator without a host", {}, { FIREBOARD_STORE: "emulator" }, /not named/, /FIRESTORE_EMULATOR_HOST/],
    [
      "a host with TLS",
      {},
      { FIRESTORE_EMULATOR_HOST: `https://${SECRET}:1/` },
      /host:port/,
      /FIRESTORE_EMULATOR_HOST/,
    ],
    ["a port that is none", {}, { FIRESTORE_EMULATOR_HOST: `${SECRET}:70000` }, /host:port/, /FIRESTORE_EMULATOR_HOST/],
    ["a host without a port", {}, { FIRESTORE_EMULATOR_HOST: SECRET }, /host:port/, /FIRESTORE_EMULATOR_HOST/],
    ["the cloud without anything", {}, { FIREBOARD_STORE: "cloud" }, /neither/, /GOOGLE_APPLICATION_CREDENTIALS/],
    ["an invalid project", {}, { FIREBOARD_PROJECT_ID: `${SECRET}/x` }, /Google Cloud name/, /FIREBOARD_PROJECT_ID/],
    ["a project with spaces", {}, { FIREBOARD_PROJECT_ID: `my ${SECRET}` }, /hyphens/, /FIREBOARD_PROJECT_ID/],
    [
      "a Google project with spaces",
      { store: "cloud" },
      { GOOGLE_CLOUD_PROJECT: `my ${SECRET}` },
      /GOOGLE_CLOUD_PROJECT/,
      /FIREBOARD_PROJECT_ID/,
    ],
    ["a variable", {}, { FIREBOARD_PROJECT_ID: `\${${SECRET}}` }, /variable.*written out/, /FIREBOARD_PROJECT_ID/],
    ["a variable for a key", {}, { GOOGLE_APPLICATION_CREDENTIALS: `%top_${SECRET.slice(4)}%` }, /variable/, /CREDENT/],
    ["a relative key file", {}, { GOOGLE_APPLICATION_CREDENTIALS: `./${SECRET}.json` }, /absolute path/, /CREDENT/],
    ["an empty flag", { databaseId: "" }, {}, /FIREBOARD_DATABASE_ID \(--database-id\)/, /FIREBOARD_DATABASE_ID/],
    ["a prefix with a slash", { collectionPrefix: `${SECRET}/` }, {}, /at most 64/, /FIREBOARD_COLLECTION_PREFIX/],
    ["an empty folder", { dataDir: "" }, {}, /must not be empty/, /FIREBOARD_DATA_DIR/],
    ["a deadline in words", {}, { FIREBOARD_DEADLINE_MS: SECRET }, /milliseconds, 100 to/, /FIREBOARD_DEADLINE_MS/],
    ["a deadline too short", {}, { FIREBOARD_DEADLINE_MS: "99" }, /milliseconds, 100 to/, /FIREBOARD_DEADLINE_MS/],
    ["JSON cut off", {}, { GOOGLE_APPLICATION_CREDENTIALS: `{"x":"${SECRET}` }, /not a service account key/, /whole/],
    ["JSON of another kind", {}, { GOOGLE_APPLICATION_CREDENTIALS: `{"x":"${SECRET}"}` }, /not a service/, /whole/],
    [
      "a key that is no key",
      {},
      { GOOGLE_APPLICATION_CREDENTIALS: broken({ private_key: SECRET }) },
      /not a service account key/,
      /whole/,
    ],
    [
      "a missing file",
      {},
      { GOOGLE_APPLICATION_CREDENTIALS: `/${SECRET}/key.json` },
      /cannot be read/,
      /absolute path/,
    ],
  ])("%s", (_, flags, env, problem, repair) => {
    const reported = store(flags, env);
    expect(reported).toEqual({ problem: expect.stringMatching(problem), repair: expect.stringMatching(repair) });
    expect(JSON.stringify(reported)).not.toContain(SECRET);
    expect(JSON.stringify(reported)).not.toContain("PRIVATE KEY");
  });

  test("a mistake in the settings of another store does not matter", () => {
    const env = { FIRESTORE_EMULATOR_HOST: "nonsense", GOOGLE_APPLICATION_CREDENTIALS: "/nowhere" };
    expect(store({ store: "embedded", dataDir: "/boards" }, env)).toMatchObject({ mode: "embedded" });
  });
});

test("a secret has no flag, and every setting of fireboard has one", () => {
  const without = Object.values(SETTINGS).filter((setting) => !("flag" in setting));
  expect(without.map(({ env }) => env)).toEqual(["GOOGLE_APPLICATION_CREDENTIALS", "FIRESTORE_EMULATOR_HOST"]);
});

describe("what agents are offered", () => {
  const selection = (flags: Flags, env: Env) => loadConfig(flags, { ...env }).selection;

  test("names are lists, a flag alone turns a switch on, and a flag wins over the environment", () => {
    expect(selection({}, {})).toMatchObject({ toolsets: undefined, readOnly: false, project: undefined });
    const env = { FIREBOARD_TOOLSETS: "board, log,", FIREBOARD_READ_ONLY: "0", FIREBOARD_ONLY_PROJECT: "a:b" };
    expect(selection({}, env)).toMatchObject({ toolsets: ["board", "log"], readOnly: false, project: "a:b" });
    expect(selection({ readOnly: true, toolsets: "board" }, env)).toMatchObject({
      toolsets: ["board"],
      readOnly: true,
    });
    expect(store({ readOnly: true }, {})).toMatchObject({ readOnly: true });
    expect(store({}, {})).not.toHaveProperty("readOnly");
  });

  test.each([
    ["FIREBOARD_READ_ONLY", "maybe"],
    ["FIREBOARD_ONLY_PROJECT", "a/b"],
    ["FIREBOARD_ONLY_PROJECT", "__x__"],
    ["FIREBOARD_ONLY_PROJECT", ""],
    ["FIREBOARD_ONLY_PROJECT", " "],
    ["FIREBOARD_READ_ONLY", ""],
  ])("%s=%s is reported, and no store is chosen", (name, value) => {
    expect(store({}, { [name]: value })).toMatchObject({ problem: expect.stringContaining(name) });
  });
});
