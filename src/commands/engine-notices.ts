import type { EngineNotices } from "../firestore/connect.js";
import { stderrLog } from "../log.js";

/** The embedded engine's events, as log lines. */
export const engineNotices: EngineNotices = {
  fault: (error, id) =>
    stderrLog("error", "embedded_store_fault", {
      error_id: id,
      stack: error instanceof Error ? error.stack : String(error),
    }),
  storeFault: (code, message) => stderrLog("error", "store_fault", { code, message }),
  storeRecovered: (codes) => stderrLog("info", "store_recovered", { codes }),
  networkDisk: (fileSystem) =>
    stderrLog("warn", "network_disk", {
      file_system: fileSystem,
      repair: "Keep the board on a local disk (FIREBOARD_DATA_DIR): locks do not hold here, and files get damaged.",
    }),
  indexesDiffer: () =>
    stderrLog("warn", "indexes_differ", {
      repair: "Another fireboard with other indexes uses this file, which keeps those of both. Use one version of it.",
    }),
  unsafePlace: (found) =>
    stderrLog("warn", "unsafe_place", {
      found,
      repair:
        "Keep the board's file in a folder that only you may write to (chmod go-w), as a file of yours without links.",
    }),
  replaced: () =>
    stderrLog("error", "store_replaced", {
      repair:
        "The store's file was replaced or deleted while it was in use. Restart this process: until then every call is refused.",
    }),
  textIndexFault: (error) =>
    stderrLog("warn", "search_cache_unusable", { message: error instanceof Error ? error.message : String(error) }),
  rebuilding: (done, total) => stderrLog("info", "rebuilding_indexes", { done, total }),
};
