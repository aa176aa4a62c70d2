import { z } from "zod";
import type { StoreConfig } from "../firestore/store-config.js";
import { isJson } from "./cloud.js";
import { settingPath } from "./path.js";

/**
 * One setting: how it is given, what it must be, and what it is for. The table in docs/configuration.md is made from
 * these.
 */
export interface Setting {
  env: string;
  /** The flag's name without dashes; a secret has none, because other users can read a process's arguments. */
  flag?: string;
  /** The only store that uses it; for another store the value is not even checked. */
  store?: StoreConfig["mode"];
  schema: z.ZodType<string | number | boolean | string[] | undefined>;
  /** Its flag takes no value. */
  isSwitch?: true;
  /** It limits what a server does: given without a value it is a mistake, not absent. */
  isBoundary?: true;
  /** What holds when it is not given, for people. */
  default: string;
  /** For people, in Markdown. */
  description: string;
}

const range = "must be a whole number of milliseconds, 100 to 600000";
const milliseconds = z.coerce.number(range).int(range).min(100, range).max(600_000, range);
const window = "must be a whole number, 1 to 5000";
const prefix = z.string().regex(/^[A-Za-z0-9_-]{0,64}$/, "must be at most 64 of A-Z a-z 0-9 _ -");
/** The id of a Google Cloud project or database. */
export const cloudName = z
  .string()
  .regex(/^[a-z0-9()][a-z0-9:.()-]{0,99}$/i, "must be a Google Cloud name: letters, digits and hyphens");
const boardId = z
  .string()
  .regex(/^(?!\.{1,2}$)(?!__.*__$)[A-Za-z0-9_.:-]{1,128}$/, "must be the id of a project on the board");
/** Names, separated by commas. */
const names = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);
const hostAndPort = z
  .string()
  .transform((text) => text.replace(/^http:\/\/(.*?)\/?$/i, "$1"))
  .refine((text) => /^[^\s/]+:\d{1,5}$/.test(text) && Number(text.split(":").at(-1)) <= 65_535, {
    error: "must be host:port, such as 127.0.0.1:8080",
  });
const listenAddress = z
  .string()
  .refine((text) => /^(([\w.-]+|\[[\da-f:.]+\]):)?\d{1,5}$/i.test(text) && Number(text.split(":").at(-1)) <= 65_535, {
    error: "must be a port or host:port, such as 8137 or 127.0.0.1:8137",
  });
const urlOf = (text: string) => (URL.canParse(text) ? new URL(text) : null);
const webUrl = z.string().refine((text) => /^https?:$/.test(urlOf(text)?.protocol ?? "") && !/[?#@]/.test(text), {
  error: "must be a URL such as https://board.example.com/fireboard",
});
const hostNames = names.refine((list) => list.every((name) => /^([\w.-]+|\[[\da-f:.]+\])$/i.test(name)), {
  error: "must be names without ports, separated by commas",
});
const origins = names.refine((list) => list.every((origin) => urlOf(origin)?.origin === origin), {
  error: "must be origins such as https://board.example.com, separated by commas",
});
const count = "must be a whole number, 1 to 100000";
const calls = z.coerce.number(count).int(count).min(1, count).max(100_000, count);
/** The key itself, or a path. */
const keyOrPath = z.union([z.string().refine(isJson), settingPath]);

/** Every setting of the server. A flag wins over the environment; an empty variable counts as not set. */
export const SETTINGS = {
  store: {
    env: "FIREBOARD_STORE",
    flag: "store",
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(["cloud", "emulator", "embedded"]))
      .optional(),
    default: "by what else is set",
    description: "Where the board lives: `cloud`, `emulator` or `embedded`",
  },
  dataDir: {
    env: "FIREBOARD_DATA_DIR",
    flag: "data-dir",
    store: "embedded",
    schema: settingPath.optional(),
    default: "the user's data folder",
    description: "The folder of the board's file: an absolute path, or one from `~/`",
  },
  credentials: {
    env: "GOOGLE_APPLICATION_CREDENTIALS",
    store: "cloud",
    schema: keyOrPath.optional(),
    default: "application-default credentials",
    description: "A service account key: its absolute path, or one from `~/`, or its JSON itself",
  },
  projectId: {
    env: "FIREBOARD_PROJECT_ID",
    flag: "project-id",
    schema: cloudName.optional(),
    default: "`GOOGLE_CLOUD_PROJECT`, else the key's",
    description: "Google Cloud project id",
  },
  databaseId: {
    env: "FIREBOARD_DATABASE_ID",
    flag: "database-id",
    schema: cloudName.default("(default)"),
    default: "`(default)`",
    description: "Firestore database id",
  },
  collectionPrefix: {
    env: "FIREBOARD_COLLECTION_PREFIX",
    flag: "collection-prefix",
    schema: prefix.default(""),
    default: "none",
    description: "Put before the name of each collection, to share a database",
  },
  emulatorHost: {
    env: "FIRESTORE_EMULATOR_HOST",
    store: "emulator",
    schema: hostAndPort.optional(),
    default: "none",
    description: "host:port of a Firestore emulator",
  },
  deadlineMs: {
    env: "FIREBOARD_DEADLINE_MS",
    flag: "deadline-ms",
    schema: milliseconds.default(10_000),
    default: "10000",
    description: "Milliseconds within which every call answers, 100 to 600000",
  },
  telemetryDeadlineMs: {
    env: "FIREBOARD_TELEMETRY_DEADLINE_MS",
    flag: "telemetry-deadline-ms",
    schema: milliseconds.default(2_000),
    default: "2000",
    description: "Milliseconds within which calls of the `session*` tools answer, 100 to 600000",
  },
  heartbeatMs: {
    env: "FIREBOARD_HEARTBEAT_MS",
    flag: "heartbeat-ms",
    schema: milliseconds.default(60_000),
    default: "60000",
    description:
      "Milliseconds between signs of life, which renew leases and keep sessions from going stale, 100 to 600000",
  },
  searchWindow: {
    env: "FIREBOARD_SEARCH_WINDOW",
    flag: "search-window",
    schema: z.coerce.number(window).int(window).min(1, window).max(5_000, window).optional(),
    default: "500",
    description:
      "How many of each kind, the latest, `board_search` looks at on a store other than the embedded one, 1 to 5000",
  },
  toolsets: {
    env: "FIREBOARD_TOOLSETS",
    flag: "toolsets",
    schema: names.optional(),
    default: "all",
    description: "The toolsets to offer: of `board`, `telemetry`, `log` and `bootstrap`, separated by commas",
  },
  tools: {
    env: "FIREBOARD_TOOLS",
    flag: "tools",
    schema: names.optional(),
    default: "none",
    description: "Single tools to offer: alone, or besides the toolsets that are named",
  },
  excludeTools: {
    env: "FIREBOARD_EXCLUDE_TOOLS",
    flag: "exclude-tools",
    schema: names.optional(),
    default: "none",
    description: "Tools to leave out of these",
  },
  readOnly: {
    env: "FIREBOARD_READ_ONLY",
    flag: "read-only",
    isSwitch: true,
    isBoundary: true,
    schema: z.stringbool({ error: "must be true or false" }).default(false),
    default: "`false`",
    description: "Offer only tools that read, whatever else is chosen, and let the store refuse every write",
  },
  project: {
    env: "FIREBOARD_ONLY_PROJECT",
    flag: "project",
    isBoundary: true,
    schema: boardId.optional(),
    default: "all projects",
    description:
      "The id of the only project on the board to serve: tools need not name it, and nothing of another one can be read or changed",
  },
  http: {
    env: "FIREBOARD_HTTP",
    flag: "http",
    schema: listenAddress.optional(),
    default: "stdio",
    description:
      "Serve over HTTP instead of stdio: the port, or host:port, to listen on; the host is 127.0.0.1 if not given",
  },
  publicUrl: {
    env: "FIREBOARD_PUBLIC_URL",
    flag: "public-url",
    schema: webUrl.optional(),
    default: "none",
    description: "Over HTTP: the URL under which a proxy offers the server, with its path",
  },
  allowedHosts: {
    env: "FIREBOARD_ALLOWED_HOSTS",
    flag: "allowed-hosts",
    schema: hostNames.optional(),
    default: "its own and that of the public URL",
    description: "Over HTTP: further names in the `Host` header to answer to, separated by commas",
  },
  allowedOrigins: {
    env: "FIREBOARD_ALLOWED_ORIGINS",
    flag: "allowed-origins",
    schema: origins.optional(),
    default: "its own",
    description: "Over HTTP: origins of web pages elsewhere that may call it, separated by commas",
  },
  callsPerMinute: {
    env: "FIREBOARD_CALLS_PER_MINUTE",
    flag: "calls-per-minute",
    schema: calls.default(600),
    default: "600",
    description: "Over HTTP: calls that one principal may make within a minute, 1 to 100000",
  },
  callsAtOnce: {
    env: "FIREBOARD_CALLS_AT_ONCE",
    flag: "calls-at-once",
    schema: calls.default(64),
    default: "64",
    description: "Over HTTP: calls of one principal that may run at a time, 1 to 100000",
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting in the code. */
export type SettingName = keyof typeof SETTINGS;

/** The settings as checked; those of stores that were not chosen are not given. */
export type Values = { [K in SettingName]: z.output<(typeof SETTINGS)[K]["schema"]> };
