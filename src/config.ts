import type { z } from "zod";
import { isJson } from "./config/cloud.js";
import type { Problem } from "./config/problem.js";
import { SETTINGS, type Setting, type SettingName, type Values } from "./config/settings.js";
import { chooseMode, storeConfig } from "./config/store.js";
import type { StoreConfig } from "./firestore/store-config.js";
import { plainMessages } from "./zod-messages.js";

export { SETTINGS, type Setting } from "./config/settings.js";

/** What the server runs with. A problem with the settings is a value, not an error: the server starts, and each call answers with it. */
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
}

/** Flags as given on the command line; a switch is `true`. */
export type Flags = Partial<Record<SettingName, string | true>>;

const NAMES = Object.keys(SETTINGS) as SettingName[];

/**
 * Reads flags (by setting name) and the environment, and chooses the store once. Takes away from the environment what
 * would lead the Google libraries to another store than the chosen one. Never throws.
 */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env): Config {
  const given = (setting: SettingName) => flags[setting]?.toString() ?? (env[SETTINGS[setting].env] || undefined);
  const config = read(given, env);
  if (!("mode" in config.store) || config.store.mode !== "emulator") delete env.FIRESTORE_EMULATOR_HOST;
  // They take the value for a file's name.
  if (isJson(env.GOOGLE_APPLICATION_CREDENTIALS ?? "")) delete env.GOOGLE_APPLICATION_CREDENTIALS;
  return config;
}

function read(given: (setting: SettingName) => string | undefined, env: NodeJS.ProcessEnv): Config {
  const named = SETTINGS.store.schema.safeParse(given("store"), { error: plainMessages });
  if (!named.success) return invalid(SETTINGS.store, named.error);
  const mode = chooseMode(named.data, (setting) => given(setting) !== undefined);

  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of NAMES) {
    const setting: Setting = SETTINGS[name];
    const isLookedAt = setting.store === undefined || setting.store === mode;
    const parsed = setting.schema.safeParse(isLookedAt ? given(name) : undefined, { error: plainMessages });
    if (!parsed.success) return invalid(setting, parsed.error);
    values[name] = parsed.data;
  }
  const valid = values as Values;
  const { deadlineMs, telemetryDeadlineMs, heartbeatMs, toolsets, tools, excludeTools, readOnly, project } = valid;
  const selection = { toolsets, tools, excludeTools, readOnly, project };
  return { store: storeConfig(mode, valid, env), deadlineMs, telemetryDeadlineMs, heartbeatMs, selection };
}

function invalid({ env, flag }: Setting, error: z.ZodError): Config {
  const what = flag ? `${env} (--${flag})` : env;
  const why = error.issues[0]?.message ?? "it is not valid";
  return {
    store: { problem: `The setting ${what} is not valid: ${why}.`, repair: `Correct ${env} and restart the server.` },
    deadlineMs: SETTINGS.deadlineMs.schema.parse(undefined),
    telemetryDeadlineMs: SETTINGS.telemetryDeadlineMs.schema.parse(undefined),
    heartbeatMs: SETTINGS.heartbeatMs.schema.parse(undefined),
    selection: { toolsets: undefined, tools: undefined, excludeTools: undefined, readOnly: false, project: undefined },
  };
}
