import { lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { StorePaths } from "./files.js";

/**
 * Why a store is less safe where it lies than in a private folder:
 * - `folder_writable_by_others`: other users can put another file in its place
 * - `foreign_owner`: the file or its folder belongs to another user (but root), who can read and change it
 * - `file_open_to_others`: the file's permissions let others in, and only its owner may change that
 * - `symbolic_link`: its log lies beside the file that the link leads to, and a backup must be put there
 * - `hard_link`: who opens it under its other name has another log, which damages the file
 *   (https://www.sqlite.org/howtocorrupt.html#_multiple_links_to_the_same_file)
 */
export type UnsafePlace =
  | "folder_writable_by_others"
  | "foreign_owner"
  | "file_open_to_others"
  | "symbolic_link"
  | "hard_link";

/** What is unsafe about the place of an open store; nothing on Windows, where permissions mean something else. */
export function unsafePlaces({ given, path }: Pick<StorePaths, "given" | "path">): UnsafePlace[] {
  const user = process.getuid?.();
  if (user === undefined) return [];
  const file = statSync(path);
  // Who may write to the folder of a link may lead it elsewhere.
  const folders = [...new Set([dirname(path), dirname(given)])].map((folder) => statSync(folder));
  const found: Record<UnsafePlace, boolean> = {
    folder_writable_by_others: folders.some(({ mode }) => (mode & 0o022) !== 0),
    foreign_owner: [file, ...folders].some(({ uid }) => uid !== user && uid !== 0),
    file_open_to_others: (file.mode & 0o077) !== 0,
    symbolic_link: lstatSync(given).isSymbolicLink(),
    hard_link: file.nlink > 1,
  };
  return (Object.keys(found) as UnsafePlace[]).filter((place) => found[place]);
}
