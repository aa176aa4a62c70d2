import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** A way to run the official emulator: its name in messages, and the command without `--host` and `--port`. */
export interface EmulatorCommand {
  name: string;
  command: readonly [string, ...string[]];
}

/** The commands to try, the best first, and why other places have none. */
export interface EmulatorSearch {
  commands: EmulatorCommand[];
  reasons: string[];
}

/** The main class of the jar of gcloud, whose manifest names none, so that `java -jar` fails. */
const MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
const GCLOUD_JAR = join("platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar");
/** The oldest Java that firebase-tools' emulator jars run on. */
const FIREBASE_TOOLS_JAVA = 21;

/**
 * Looks for the official Firestore emulator on this machine, starting nothing but `java -version`.
 * Order: the jar of a Google Cloud SDK (any Java), then FIRESTORE_EMULATOR_BINARY_PATH and the cache of firebase-tools
 * (Java >= 21).
 */
export function findEmulator(env: NodeJS.ProcessEnv = process.env): EmulatorSearch {
  const java = javaVersion(env);
  if (java === null) return { commands: [], reasons: ["no java on the PATH"] };

  const commands: EmulatorCommand[] = [];
  const reasons: string[] = [];
  const sdkJar = sdkRoots(env)
    .map((root) => join(root, GCLOUD_JAR))
    .find((jar) => existsSync(jar));
  if (sdkJar) {
    const command = ["java", "-Duser.language=en", "-cp", sdkJar, MAIN_CLASS] as const;
    commands.push({ name: "gcloud emulator", command });
  } else {
    reasons.push("no Google Cloud SDK with the component cloud-firestore-emulator");
  }

  const firebaseJar = firebaseToolsJar(env);
  if (!firebaseJar) {
    reasons.push("no emulator in the cache of firebase-tools, FIRESTORE_EMULATOR_BINARY_PATH not set");
  } else if (java < FIREBASE_TOOLS_JAVA) {
    reasons.push(`the emulator of firebase-tools needs Java ${FIREBASE_TOOLS_JAVA}, found Java ${java}`);
  } else {
    commands.push({ name: "firebase-tools emulator", command: ["java", "-Duser.language=en", "-jar", firebaseJar] });
  }
  return { commands, reasons };
}

/** The major version of the `java` on the PATH, null when there is none. */
function javaVersion(env: NodeJS.ProcessEnv): number | null {
  const { status, stderr } = spawnSync("java", ["-version"], { env, encoding: "utf8" });
  if (status !== 0) return null;
  // Java 8 calls itself 1.8.
  const match = /version "(?:1\.)?(\d+)/.exec(stderr);
  return match ? Number(match[1]) : null;
}

/** Where a Google Cloud SDK may be: as configured, around the `gcloud` on the PATH, then the installers' folders. */
function sdkRoots(env: NodeJS.ProcessEnv): string[] {
  const configured = [env.CLOUDSDK_ROOT_DIR, env.CLOUDSDK_ROOT].filter((root) => root !== undefined);
  const onPath = (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "gcloud"))
    .filter((gcloud) => existsSync(gcloud))
    .map((gcloud) => dirname(dirname(realpathSync(gcloud))));
  const home = env.HOME ?? homedir();
  const parents = [home, "/usr/lib", "/usr/share", "/usr/local", "/usr/local/share", "/opt", "/opt/homebrew/share"];
  return [...configured, ...onPath, ...parents.map((parent) => join(parent, "google-cloud-sdk"))];
}

/** The jar that firebase-tools would run: its override, else the newest one in its download cache. */
function firebaseToolsJar(env: NodeJS.ProcessEnv): string | undefined {
  if (env.FIRESTORE_EMULATOR_BINARY_PATH) return env.FIRESTORE_EMULATOR_BINARY_PATH;
  const cache = env.FIREBASE_EMULATORS_PATH ?? join(env.HOME ?? homedir(), ".cache", "firebase", "emulators");
  if (!existsSync(cache)) return undefined;
  const newest = readdirSync(cache)
    .filter((file) => /^cloud-firestore-emulator-v.*\.jar$/.test(file))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
  return newest && join(cache, newest);
}
