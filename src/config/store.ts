import type { StoreConfig } from "../firestore/store-config.js";
import { cloudAccount } from "./cloud.js";
import { defaultDataFolder } from "./data-folder.js";
import { plainValue } from "./given.js";
import { isProblem, type Problem } from "./problem.js";
import { cloudName, type SettingName, type Values } from "./settings.js";

/**
 * Which store the settings choose (AGENTS.md, "One storage API"): the one that is named; else an emulator when its
 * host is given; else the cloud when credentials or a project are; else the embedded one.
 */
export function chooseMode(
  named: StoreConfig["mode"] | undefined,
  isGiven: (setting: SettingName) => boolean,
): StoreConfig["mode"] {
  if (named) return named;
  if (isGiven("emulatorHost")) return "emulator";
  return isGiven("credentials") || isGiven("projectId") ? "cloud" : "embedded";
}

/** What the chosen store is opened with, or what it lacks. */
export function storeConfig(mode: StoreConfig["mode"], values: Values, env: NodeJS.ProcessEnv): StoreConfig | Problem {
  const { databaseId, collectionPrefix, projectId, readOnly, searchWindow } = values;
  const common = {
    databaseId,
    collectionPrefix,
    ...(searchWindow ? { searchWindow } : {}),
    ...(readOnly ? { readOnly } : {}),
  };
  switch (mode) {
    case "embedded": {
      const dataDir = values.dataDir ?? defaultDataFolder(env);
      if (dataDir === null)
        return { problem: "This system knows no home folder.", repair: "Set FIREBOARD_DATA_DIR to an absolute path." };
      return { mode, ...common, projectId: projectId ?? "fireboard", dataDir };
    }
    case "emulator": {
      const host = values.emulatorHost;
      if (host) return { mode, ...common, projectId: projectId ?? "demo-fireboard", host };
      return {
        problem: "The emulator is chosen but not named.",
        repair: "Set FIRESTORE_EMULATOR_HOST to its host:port.",
      };
    }
    case "cloud": {
      const named = projectId ?? (plainValue(env.GOOGLE_CLOUD_PROJECT || env.GCLOUD_PROJECT || "") || undefined);
      if (named !== undefined && !cloudName.safeParse(named).success)
        return {
          problem: "GOOGLE_CLOUD_PROJECT (or GCLOUD_PROJECT) holds no project id.",
          repair: "Correct it, or set FIREBOARD_PROJECT_ID.",
        };
      const account = cloudAccount(values.credentials, named);
      return isProblem(account) ? account : { mode, ...common, ...account };
    }
  }
}
