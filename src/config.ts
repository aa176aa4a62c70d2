import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { StoreConfig } from "./firestore/config.js";

/** One setting: how it is given, what it must be, and what it is for. The README's table is made from these. */
export interface Setting {
  env: string;
  /** The flag's name without dashes; a secret has none, because other users can read a process's arguments. */
  flag?: string;
  schema: z.ZodType<string | number | undefined>;
  default: string;
  description: string;
}

const prefix = z.string().regex(/^[A-Za-z0-9_-]{0,64}$/, "must be at most 64 of A-Z a-z 0-9 _ -");
const name = z.string().regex(/^[a-z0-9()][a-z0-9:.()-]{0,99}$/i, "must be a Google Cloud name");

/** Every setting of the server. A flag wins over the environment. */
export const SETTINGS = {
  store: {
    env: "FIREBOARD_STORE",
    flag: "store",
    schema: z.enum(["cloud", "emulator", "embedded"]).optional(),
    default: "see below",
    description: "Where the board lives: `cloud`, `emulator` or `embedded`",
  },
  emulatorHost: {
    env: "FIRESTORE_EMULATOR_HOST",
    schema: z
      .string()
      .regex(/^[^\s/]+:\d{1,5}$/, "must be host:port")
      .optional(),
    default: "",
    description: "host:port of a Firestore emulator",
  },
  credentials: {
    env: "GOOGLE_APPLICATION_CREDENTIALS",
    schema: z.string().optional(),
    default: "",
    description:
      "Cloud: path of a service account key, or the key's JSON itself; without it, application-default credentials",
  },
  projectId: {
    env: "FIREBOARD_PROJECT_ID",
    flag: "project-id",
    schema: name.optional(),
    default: "the key's",
    description: "Google Cloud project id",
  },
  databaseId: {
    env: "FIREBOARD_DATABASE_ID",
    flag: "database-id",
    schema: name.default("(default)"),
    default: "(default)",
    description: "Firestore database id",
  },
  collectionPrefix: {
    env: "FIREBOARD_COLLECTION_PREFIX",
    flag: "collection-prefix",
    schema: prefix.default(""),
    default: "",
    description: "Put before each collection's name, to share a database",
  },
  dataDir: {
    env: "FIREBOARD_DATA_DIR",
    flag: "data-dir",
    schema: z.string().min(1).optional(),
    default: "~/.local/share/fireboard",
    description: "Embedded: the folder that holds the board's file",
  },
  deadlineMs: {
    env: "FIREBOARD_DEADLINE_MS",
    flag: "deadline-ms",
    schema: z.coerce.number().int().min(100).max(600_000).default(10_000),
    default: "10000",
    description: "Milliseconds within which every call answers",
  },
} as const satisfies Record<string, Setting>;

type SettingName = keyof typeof SETTINGS;
type Values = { [K in SettingName]: z.output<(typeof SETTINGS)[K]["schema"]> };

/** What the server runs with. A problem with the settings is kept, not thrown: the server starts and each call tells it. */
export interface Config {
  store: StoreConfig | { problem: string; repair: string };
  deadlineMs: number;
}

const DEFAULT_DEADLINE_MS = 10_000;

/**
 * Reads flags (by setting name) and the environment, and chooses the store once (architecture: "One storage API"):
 * FIREBOARD_STORE; else an emulator host; else credentials or a project id, the cloud; else embedded.
 */
export function loadConfig(flags: Partial<Record<SettingName, string>>, env: NodeJS.ProcessEnv = process.env): Config {
  const given = (setting: SettingName) => flags[setting] ?? (env[SETTINGS[setting].env] || undefined);
  const names = Object.keys(SETTINGS) as SettingName[];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const setting of names) {
    const parsed = SETTINGS[setting].schema.safeParse(given(setting));
    if (!parsed.success) return invalidSetting(SETTINGS[setting], parsed.error);
    values[setting] = parsed.data;
  }
  const valid = values as Values;
  const store = chooseStore(valid, env);
  if (!("mode" in store) || store.mode !== "emulator") hideEmulator(env);
  return { store, deadlineMs: valid.deadlineMs };
}

function chooseStore(values: Values, env: NodeJS.ProcessEnv): Config["store"] {
  const { databaseId, collectionPrefix } = values;
  const common = { databaseId, collectionPrefix };
  const cloudGiven = values.credentials !== undefined || values.projectId !== undefined;
  const mode = values.store ?? (values.emulatorHost ? "emulator" : cloudGiven ? "cloud" : "embedded");
  if (mode === "embedded")
    return { mode, ...common, projectId: values.projectId ?? "fireboard", dataDir: values.dataDir ?? dataFolder(env) };
  if (mode === "emulator") {
    if (!values.emulatorHost)
      return lacking("The emulator is chosen but not named.", "Set FIRESTORE_EMULATOR_HOST to its host:port.");
    return { mode, ...common, projectId: values.projectId ?? "demo-fireboard", host: values.emulatorHost };
  }
  return chooseCloud(values, env);
}

const serviceAccountKey = z.object({ project_id: z.string(), client_email: z.string(), private_key: z.string() });

function chooseCloud(values: Values, env: NodeJS.ProcessEnv): Config["store"] {
  const { databaseId, collectionPrefix, credentials } = values;
  const named = values.projectId ?? env.GOOGLE_CLOUD_PROJECT ?? env.GCLOUD_PROJECT;
  const project = named === undefined ? {} : { projectId: named };
  const base = { mode: "cloud", databaseId, collectionPrefix, ...project } as const;
  if (credentials === undefined && named === undefined)
    return lacking(
      "Cloud Firestore is chosen, but neither credentials nor a project are given.",
      "Set GOOGLE_APPLICATION_CREDENTIALS to a service account key, or FIREBOARD_PROJECT_ID with application-default credentials.",
    );
  if (!credentials?.trimStart().startsWith("{")) return base;
  const key = serviceAccountKey.safeParse(jsonOrNull(credentials));
  if (!key.success)
    return lacking(
      "GOOGLE_APPLICATION_CREDENTIALS holds JSON that is not a service account key.",
      "Paste the whole key file as it was downloaded, or give its path.",
    );
  // The Google libraries would take the JSON for a file's name.
  delete env.GOOGLE_APPLICATION_CREDENTIALS;
  const { project_id: projectId, client_email: clientEmail, private_key: privateKey } = key.data;
  return { ...base, projectId: named ?? projectId, serviceAccount: { projectId, clientEmail, privateKey } };
}

/** Where data goes when nothing is said: the XDG data folder, or what the platform has in its place. */
function dataFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "fireboard");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "fireboard");
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "fireboard");
}

/** The Firestore client obeys this variable above all settings; it must not be there when another store was chosen. */
function hideEmulator(env: NodeJS.ProcessEnv): void {
  delete env.FIRESTORE_EMULATOR_HOST;
}

function invalidSetting({ env, flag }: Setting, error: z.ZodError): Config {
  const what = flag ? `${env} (--${flag})` : env;
  const why = error.issues[0]?.message ?? "is not valid";
  return {
    store: lacking(`The setting ${what} is not valid: ${why}.`, `Correct ${env} and restart the server.`),
    deadlineMs: DEFAULT_DEADLINE_MS,
  };
}

function lacking(problem: string, repair: string) {
  return { problem, repair };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
