import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";

/** A disk of its own, which a test can fill. */
export interface SmallDisk {
  folder: string;
  /** Leaves no room at all, not even for an empty block of a file that is there. */
  fill(): void;
  /** Makes room again. */
  free(): void;
}

/**
 * Mounts a disk in memory for one test. Skips the test, with the reason, where mounts are not allowed: to fill the
 * disk that the tests run on is no alternative.
 */
export function smallDisk({ skip }: Pick<TestContext, "skip">, megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-disk-"));
  const options = `size=${megabytes}m,mode=700`;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "fireboard-test", folder], { stdio: "pipe" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    return skip(`no disk can be mounted here: ${error instanceof Error ? error.message : error}`);
  }
  onTestFinished(() => {
    // Lazily: a server that a failed test left may still have files open.
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true });
  });
  const filler = join(folder, "filler");
  return {
    folder,
    fill() {
      for (let bytes = 1 << 20; bytes > 0; bytes = bytes >> 1) {
        while (appends(filler, bytes)) {}
      }
    },
    free: () => rmSync(filler, { force: true }),
  };
}

function appends(file: string, bytes: number): boolean {
  try {
    appendFileSync(file, Buffer.alloc(bytes));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
