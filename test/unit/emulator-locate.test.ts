import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEmulator } from "../support/emulator-locate.js";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "fireboard-locate-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function file(path: string, text = ""): string {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
  return join(home, path);
}

/** An environment with a `java` of that version on the PATH, and nothing else of this machine. */
function withJava(version: string): NodeJS.ProcessEnv {
  chmodSync(file("bin/java", `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`), 0o755);
  return { HOME: home, PATH: join(home, "bin") };
}

test("without java there is nothing to try, and the reason says so", () => {
  expect(findEmulator({ HOME: home, PATH: "" })).toEqual({ commands: [], reasons: ["no java on the PATH"] });
});

test("the SDK around a linked gcloud on the PATH comes first", () => {
  const env = withJava("17.0.15");
  const jar = file("sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
  symlinkSync(file("sdk/bin/gcloud"), join(home, "bin", "gcloud"));
  expect(findEmulator(env).commands[0]?.command).toContain(jar);
});

test("CLOUDSDK_ROOT_DIR wins over the gcloud on the PATH", () => {
  const env = withJava("17.0.15");
  file("sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
  symlinkSync(file("sdk/bin/gcloud"), join(home, "bin", "gcloud"));
  const jar = file("mine/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
  expect(findEmulator({ ...env, CLOUDSDK_ROOT_DIR: join(home, "mine") }).commands[0]?.command).toContain(jar);
});

test("the newest jar in the cache of firebase-tools needs Java 21", () => {
  file(".cache/firebase/emulators/cloud-firestore-emulator-v1.9.0.jar");
  const newest = file(".cache/firebase/emulators/cloud-firestore-emulator-v1.22.0.jar");
  expect(findEmulator(withJava("21.0.2")).commands.at(-1)).toMatchObject({
    name: "firebase-tools emulator",
    command: ["java", "-Duser.language=en", "-jar", newest],
  });
  const old = findEmulator(withJava("1.8.0_392"));
  expect(old.commands.map((command) => command.name)).not.toContain("firebase-tools emulator");
  expect(old.reasons).toContain("the emulator of firebase-tools needs Java 21, found Java 8");
});
