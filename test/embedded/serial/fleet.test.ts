import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { temporaryFile } from "../support/folder.js";
import { runFleet } from "./fleet.js";

it("a worker that ends by itself is told of with its end, its output and its seed", async () => {
  const file = temporaryFile();
  writeFileSync(file, "no store at all, but long enough to be read as the header of one".repeat(20));
  const run = runFleet({ file, workers: 1, transactions: 1, killEvery: 10, seed: "s1" });
  await expect(run).rejects.toThrow(
    /^worker w0 \(seed s1\) ended by itself with code 1, after 0 transactions\nits stderr: [\s\S]*not_a_store[\s\S]*\nthe end of its stdout: empty$/,
  );
});

it("a worker that another program kills is a failure too", async () => {
  const run = runFleet({ file: temporaryFile(), workers: 2, transactions: 1e9, killEvery: 1e9, seed: "s1", onStart });
  await expect(run).rejects.toThrow(/ended by itself with SIGKILL, which the fleet did not send/);

  function onStart(name: string, pid: number): void {
    if (name === "w1") process.kill(pid, "SIGKILL");
  }
});
