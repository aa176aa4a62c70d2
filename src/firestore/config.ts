/** Google Cloud Firestore, reached with a service account given inline or with application-default credentials. */
export interface CloudConfig {
  mode: "cloud";
  /** Undefined: taken from the credentials or the Google environment. */
  projectId?: string;
  databaseId: string;
  collectionPrefix: string;
  /** A service account key, already parsed. Undefined: application-default credentials. */
  serviceAccount?: { projectId: string; clientEmail: string; privateKey: string };
}

/** A Firestore emulator (Google's, or `fireboard emulator`) at host:port. */
export interface EmulatorConfig {
  mode: "emulator";
  host: string;
  projectId: string;
  databaseId: string;
  collectionPrefix: string;
}

/** The embedded store: an engine in this process over a SQLite file that other processes may share. */
export interface EmbeddedConfig {
  mode: "embedded";
  dataDir: string;
  projectId: string;
  databaseId: string;
  collectionPrefix: string;
}

/** Where the board lives. Chosen once, at start (architecture: "One storage API"). */
export type StoreConfig = CloudConfig | EmulatorConfig | EmbeddedConfig;
