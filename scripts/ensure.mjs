/**
 * Installs the locked dependencies when they are missing or older than the lock file, so that every npm script works on
 * a fresh clone. Uses nothing but Node's built-in modules.
 */
import { statSync } from "node:fs";
import { npm, ROOT } from "./npm.mjs";

/** @param {string} path */
const changedAt = (path) => statSync(new URL(path, ROOT), { throwIfNoEntry: false })?.mtimeMs;

// npm writes this file last, when an installation is complete.
const installedAt = changedAt("node_modules/.package-lock.json");
const lockedAt = changedAt("package-lock.json");

if (installedAt === undefined || (lockedAt !== undefined && lockedAt > installedAt)) {
  process.stdout.write("fireboard: installing the locked dependencies (npm ci)\n");
  // Tests and builds need the dev dependencies also where NODE_ENV says production.
  process.exitCode = npm("ci", "--include=dev");
}
