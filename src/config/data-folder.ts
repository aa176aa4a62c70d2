import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** The default data folder: the XDG data folder, or what the platform has in its place. */
export function defaultDataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return join(env.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "fireboard");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "fireboard");
  const xdg = env.XDG_DATA_HOME ?? "";
  // The XDG base directory specification: a relative path is invalid and must be ignored.
  return join(isAbsolute(xdg) ? xdg : join(homedir(), ".local", "share"), "fireboard");
}

/** A folder as given, made absolute. Agent hosts start servers without a shell, so that `~` arrives as it was written. */
export function givenDataFolder(folder: string): string {
  return resolve(folder.replace(/^~(?=$|[/\\])/, homedir()));
}
