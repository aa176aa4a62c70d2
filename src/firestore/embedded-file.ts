import { join } from "node:path";
import type { EmbeddedConfig } from "./config.js";

/** The file of an embedded store: all of it, but for the `-wal` and `-shm` files that SQLite keeps beside it in use. */
export function embeddedFile(config: Pick<EmbeddedConfig, "dataDir">): string {
  return join(config.dataDir, "fireboard.db");
}
