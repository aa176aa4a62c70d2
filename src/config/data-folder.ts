import { isAbsolute, join } from "node:path";
import { holdsVariable } from "./given.js";
import { homeFolder } from "./path.js";

/** The default data folder: the XDG data folder, or what the platform has in its place. Null without a home folder. */
export function defaultDataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string | null {
  if (platform === "win32") return below(env.LOCALAPPDATA, "AppData", "Local");
  if (platform === "darwin") return below(undefined, "Library", "Application Support");
  return below(env.XDG_DATA_HOME, ".local", "share");
}

/**
 * A relative path is invalid and must be ignored, says the XDG base directory specification; elsewhere it is no better.
 */
function below(given = "", ...inHome: string[]): string | null {
  if (isAbsolute(given) && !holdsVariable(given)) return join(given, "fireboard");
  const home = homeFolder();
  return home && join(home, ...inHome, "fireboard");
}
