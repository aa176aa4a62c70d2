import { join } from "node:path";

/** The settings of every store. */
interface CommonConfig {
  databaseId: string;
  collectionPrefix: string;
  /** Refuses every write. */
  readOnly?: boolean;
  /** How many of each kind, the latest, a search reads; 500 when not given. */
  searchWindow?: number;
}

/** Google Cloud Firestore, reached with a service account given inline or with application-default credentials. */
export interface CloudConfig extends CommonConfig {
  mode: "cloud";
  /** Undefined: taken from the credentials or the Google environment. */
  projectId?: string;
  /** A service account key, already parsed. Undefined: application-default credentials. */
  serviceAccount?: { projectId: string; clientEmail: string; privateKey: string };
}

/** A Firestore emulator (Google's, or `fireboard emulator`) at host:port. */
export interface EmulatorConfig extends CommonConfig {
  mode: "emulator";
  host: string;
  projectId: string;
}

/** The embedded store: an engine in this process over a SQLite file that other processes may share. */
export interface EmbeddedConfig extends CommonConfig {
  mode: "embedded";
  dataDir: string;
  projectId: string;
}

/** Where the board lives. Chosen once, at start. */
export type StoreConfig = CloudConfig | EmulatorConfig | EmbeddedConfig;

/** The file of an embedded store: all of it, but for the `-wal` and `-shm` files that SQLite keeps beside it in use. */
export function embeddedFile({ dataDir }: Pick<EmbeddedConfig, "dataDir">): string {
  return join(dataDir, "fireboard.db");
}
