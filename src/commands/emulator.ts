import { StoreError, startEngine } from "../embedded/index.js";
import { loadIndexes } from "../firestore/indexes.js";
import { stderrLog } from "../log.js";
import { engineNotices } from "./engine-notices.js";
import { exitCodeOf } from "./exit-code.js";

/** What `fireboard emulator` is started with. */
export interface EmulatorOptions {
  /** TCP port on 127.0.0.1; 0 takes any free one. */
  port: number;
  /** The file that keeps the data, as an absolute path, or ":memory:". */
  data: string;
  /** Makes missing composite indexes instead of refusing the query. */
  createIndexes: boolean;
}

/**
 * Serves the embedded engine to any Firestore client, without a token, until SIGINT or SIGTERM. Writes `listening on
 * host:port` to stdout once it does. Gives the exit code: 1 when the file or the port cannot be used.
 */
export function emulator({ port, data, createIndexes }: EmulatorOptions): Promise<number> {
  return exitCodeOf({ kind: StoreError, exitCode: 1 }, async () => {
    const signal = nextSignal();
    const engine = await startEngine({
      file: data,
      port,
      indexes: loadIndexes(""),
      createIndexes,
      onError: engineNotices.fault,
      onStoreFault: engineNotices.storeFault,
      onStoreRecovered: engineNotices.storeRecovered,
      onRebuild: engineNotices.rebuilding,
      onNetworkDisk: engineNotices.networkDisk,
      onIndexesDiffer: engineNotices.indexesDiffer,
      onUnsafePlace: engineNotices.unsafePlace,
      onReplaced: engineNotices.replaced,
    });
    const host = `${engine.host}:${engine.port}`;
    stderrLog("info", "emulator_started", { host, data });
    process.stdout.write(`listening on ${host}\n`);
    const reason = await signal;
    await engine.close();
    stderrLog("info", "stopped", { reason });
    return 0;
  });
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
}
