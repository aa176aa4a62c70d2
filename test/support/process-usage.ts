import { readFileSync } from "node:fs";
import { vi } from "vitest";

/** Whether this machine tells what another process uses (Linux). */
export const TELLS_USAGE = process.platform === "linux";

/** The most memory that a process has held so far (resident set), in MiB. */
export function peakMemory(pid: number): number {
  const [, kiB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kiB) / 1024;
}

/** Waits until a process has used no processor time in several looks: it does nothing until something comes. */
export async function untilIdle(pid: number): Promise<void> {
  let [before, same] = [processorTime(pid), 0];
  await vi.waitFor(
    () => {
      const now = processorTime(pid);
      same = now === before ? same + 1 : 0;
      before = now;
      if (same < 5) throw new Error("the process is at work");
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** In ticks of the kernel. */
function processorTime(pid: number): number {
  // The fields behind the name, which may hold spaces: proc(5), /proc/pid/stat.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
