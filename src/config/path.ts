import { homedir, userInfo } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";

/** The user's home folder; null when the system knows none, as in a container without HOME. */
export function homeFolder(): string | null {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : userInfo().homedir;
  } catch {
    return null;
  }
}

/**
 * A path with the home folder in the place of `~`: agent hosts start servers without a shell, which would put it there.
 */
export function expandHome(path: string): string {
  return path.replace(/^~(?=$|[/\\])/, (tilde) => homeFolder() ?? tilde);
}

/** A path that a person typed, absolute: relative to the working folder. */
export function typedPath(path: string): string {
  return resolve(expandHome(path));
}

/**
 * A path in a setting, to be absolute: hosts start servers in any folder, and a relative one would be another in each.
 */
export const settingPath = z
  .string()
  .min(1, "must not be empty")
  .transform(expandHome)
  .refine(isAbsolute, "must be an absolute path or begin with ~/, because hosts start servers in any folder");
