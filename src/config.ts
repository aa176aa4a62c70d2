import { isJson } from "./config/cloud.js";
import { defaultDataFolder } from "./config/data-folder.js";
import { holdsVariable, plainValue } from "./config/given.js";
import { type HttpConfig, httpConfig, withoutHttp } from "./config/http.js";
import { expandHome } from "./config/path.js";
import type { Problem } from "./config/problem.js";
import { SETTINGS, type Setting, type SettingName, type Values } from "./config/settings.js";
import { chooseMode, storeConfig } from "./config/store.js";
import type { StoreConfig } from "./firestore/store-config.js";
import { plainMessages } from "./zod-messages.js";

export { holdsVariable } from "./config/given.js";
export type { HttpConfig } from "./config/http.js";
export { typedPath } from "./config/path.js";
export { SETTINGS, type Setting } from "./config/settings.js";

/**
 * What the server runs with. A problem with the settings is a value, not an error: the server starts, and each call
 * answers with it.
 */
export interface Config {
  store: StoreConfig | Problem;
  /** Milliseconds within which every call answers. */
  deadlineMs: number;
  /** Milliseconds within which calls answer that must never hold up their agent. */
  telemetryDeadlineMs: number;
  /** Milliseconds between heartbeats. */
  heartbeatMs: number;
  /** Which tools are offered, by names that are not checked here. */
  selection: Pick<Values, "toolsets" | "tools" | "excludeTools" | "readOnly" | "project">;
  /** How to serve over HTTP, or why that cannot be; null: over stdio. */
  http: HttpConfig | Problem | null;
}

/** Flags as given on the command line; a switch is `true`. */
export type Flags = Partial<Record<SettingName, string | true>>;

const NAMES = Object.keys(SETTINGS) as SettingName[];

/**
 * Reads flags (by setting name) and the environment, and chooses the store once. Corrects in the environment what would
 * lead the Google libraries to another store than the chosen one. Never throws.
 */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env): Config {
  const given = (setting: SettingName) => {
    const flag = flags[setting];
    if (flag !== undefined) return plainValue(flag.toString());
    const { env: name, isBoundary }: Setting = SETTINGS[setting];
    // What limits a server must not fall away because a host filled in nothing.
    return plainValue(env[name] ?? "") || (isBoundary && env[name] !== undefined ? "" : undefined);
  };
  const read = readSettings(given, env);
  const config = { ...read, http: read.http ?? withoutHttp(read.store, given("http") !== undefined) };
  correctForGoogle(env, config.store, given("credentials"));
  return config;
}

function correctForGoogle(env: NodeJS.ProcessEnv, store: Config["store"], credentials: string | undefined): void {
  if ("mode" in store && store.mode === "emulator") env.FIRESTORE_EMULATOR_HOST = store.host;
  else delete env.FIRESTORE_EMULATOR_HOST;
  // They take whatever it holds for a file's name, as it stands.
  if (credentials === undefined || isJson(credentials)) delete env.GOOGLE_APPLICATION_CREDENTIALS;
  else env.GOOGLE_APPLICATION_CREDENTIALS = expandHome(credentials);
}

function readSettings(given: (setting: SettingName) => string | undefined, env: NodeJS.ProcessEnv): Config {
  const named = check(SETTINGS.store, given("store"));
  if ("fault" in named) return invalid(SETTINGS.store, named.fault);
  const mode = chooseMode(named.value as Values["store"], (setting) => given(setting) !== undefined);

  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of NAMES) {
    const setting: Setting = SETTINGS[name];
    const isLookedAt = setting.store === undefined || setting.store === mode;
    const checked = check(setting, isLookedAt ? given(name) : undefined);
    if ("fault" in checked) return invalid(setting, checked.fault);
    values[name] = checked.value;
  }
  const valid = values as Values;
  const { deadlineMs, telemetryDeadlineMs, heartbeatMs, toolsets, tools, excludeTools, readOnly, project } = valid;
  const selection = { toolsets, tools, excludeTools, readOnly, project };
  const http = httpConfig(valid, valid.dataDir ?? defaultDataFolder(env));
  return { store: storeConfig(mode, valid, env), deadlineMs, telemetryDeadlineMs, heartbeatMs, selection, http };
}

function check({ schema }: Setting, text: string | undefined): { value: unknown } | { fault: string } {
  if (text !== undefined && !isJson(text) && holdsVariable(text))
    return { fault: "it holds a variable that was not replaced by its value, which must be written out" };
  const parsed = schema.safeParse(text, { error: plainMessages });
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  // Of a union, the last form is the one that a mistake was meant to have.
  const meant = issue?.code === "invalid_union" ? issue.errors.at(-1)?.[0] : issue;
  return { fault: meant?.message ?? "it is not valid" };
}

function invalid({ env, flag }: Setting, why: string): Config {
  const what = flag ? `${env} (--${flag})` : env;
  return {
    store: { problem: `The setting ${what} is not valid: ${why}.`, repair: `Correct ${env} and restart the server.` },
    deadlineMs: SETTINGS.deadlineMs.schema.parse(undefined),
    telemetryDeadlineMs: SETTINGS.telemetryDeadlineMs.schema.parse(undefined),
    heartbeatMs: SETTINGS.heartbeatMs.schema.parse(undefined),
    selection: { toolsets: undefined, tools: undefined, excludeTools: undefined, readOnly: false, project: undefined },
    http: null,
  };
}
