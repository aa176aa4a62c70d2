import type { EngineNotices } from "../firestore/connect.js";
import { stderrLog } from "../log.js";

/** The embedded engine's events, as log lines. */
export const engineNotices: EngineNotices = {
  fault: (error, id) =>
    stderrLog("error", "embedded_store_fault", {
      error_id: id,
      stack: error instanceof Error ? error.stack : String(error),
    }),
  networkDisk: (fileSystem) =>
    stderrLog("warn", "network_disk", {
      file_system: fileSystem,
      repair: "Keep the board on a local disk (FIREBOARD_DATA_DIR): locks do not hold here, and files get damaged.",
    }),
  textIndexFault: (error) =>
    stderrLog("warn", "search_cache_unusable", { message: error instanceof Error ? error.message : String(error) }),
  rebuilding: (done, total) => stderrLog("info", "rebuilding_indexes", { done, total }),
};
