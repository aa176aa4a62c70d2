import { randomBytes } from "node:crypto";
import type { Firestore, Settings } from "@google-cloud/firestore";
import { loadIndexes } from "./indexes.js";
import { type CloudConfig, type EmbeddedConfig, embeddedFile, type StoreConfig } from "./store-config.js";
import { type StoreTextIndex, textIndexOn, textSources } from "./text-search.js";

/** Google's client for one database, open. */
export interface FirestoreClient {
  db: Firestore;
  /** The classes of the client library that make values and aggregations. */
  library: Pick<typeof import("firebase-admin/firestore"), "AggregateField" | "FieldValue" | "Timestamp">;
  /** The embedded engine's full-text index. */
  textIndex?: StoreTextIndex;
  /** Closes the client, and the embedded engine if it has one. */
  close(): Promise<void>;
}

/** What the embedded engine reports to its operator. */
export interface EngineNotices {
  /** A fault of the engine itself; the client's error has the same id. */
  fault(error: unknown, id: string): void;
  /** Index entries are being rebuilt after firestore.indexes.json changed. */
  rebuilding(done: number, total: number): void;
  /** The store's file cannot be used, for this reason; said once until it can again. */
  storeFault(code: string, message: string): void;
  /** What was said of it is over. */
  storeRecovered(codes: string[]): void;
  /** The cache of the text index cannot be used; searches look at the latest documents instead. */
  textIndexFault(error: unknown): void;
  /** The file lies on a network file system of this name, where locks do not hold. */
  networkDisk(fileSystem: string): void;
  /** Another process serves the file with other indexes; it keeps those of both. */
  indexesDiffer(): void;
  /** What is unsafe about the place of the file (`UnsafePlace` of the engine). */
  unsafePlace(found: readonly string[]): void;
  /** The file was replaced or deleted: calls are refused until this process is started again, or the file is back. */
  replaced(): void;
}

/**
 * Nobody's key: it keeps the client from looking for Google credentials, which can hang for a minute off Google's
 * network.
 */
const NO_CREDENTIALS = { client_email: "nobody@fireboard.invalid", private_key: "none" };

const NO_RETRIES = { retry_codes_name: "none" };
/**
 * Keeps gax (google-gax, ClientConfig) from sending calls again by itself. A transaction's commit it repeats for up to
 * ten minutes: the change would appear long after its caller got an error. A read that fails before its first answer it
 * sends twice more, after 2 and 4 seconds and whatever the error (retry-request, noResponseRetries): within a transaction
 * the store then answers that this one is closed, and the ABORTED that the client would have retried is never seen.
 * The client's own retries stay: of reads when the store cannot be reached, and of whole transactions.
 */
const SEND_ONCE = {
  gaxServerStreamingRetries: true,
  clientConfig: {
    interfaces: {
      "google.firestore.v1.Firestore": {
        retry_codes: { none: [] },
        methods: {
          Commit: NO_RETRIES,
          BatchGetDocuments: NO_RETRIES,
          RunQuery: NO_RETRIES,
          RunAggregationQuery: NO_RETRIES,
        },
      },
    },
  },
};

/** Reconnects to a store within a second after it is back; grpc-js alone takes up to two minutes. */
const RECONNECT = { "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1_000 };

/**
 * Finds a connection that died unnoticed (a suspended laptop, another network) with the first call after it, and
 * reconnects within the call's deadline; TCP alone takes a quarter of an hour. Not for the embedded engine: it runs in
 * this process, and may keep it busy longer than that. https://grpc.io/docs/guides/keepalive/
 */
const KEEPALIVE = { "grpc.keepalive_time_ms": 10_000, "grpc.keepalive_timeout_ms": 4_000 };

/**
 * Calls to this machine never go through a proxy of the environment (http_proxy, https_proxy, grpc_proxy): it could not
 * reach them, or would read the board's text. https://grpc.github.io/grpc/core/md_doc_environment_variables.html
 */
const NO_PROXY = { "grpc.enable_http_proxy": 0 };

/**
 * An answer comes in one go up to this size. HTTP/2's 64 KB cost a round trip for each further 64 KB: a list of 250 KB took
 * five more. https://www.rfc-editor.org/rfc/rfc9113#section-5.2
 */
const FLOW_CONTROL = { "grpc-node.flow_control_window": 4 * 1024 * 1024 };

/** Whether an address (host:port) is one of this machine's own. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host);
}

/**
 * Connects to the configured store. The client library is loaded here, so that a server answers its handshake first.
 */
export async function connect(
  config: StoreConfig,
  notices?: EngineNotices,
  lockWaitMs?: number,
): Promise<FirestoreClient> {
  switch (config.mode) {
    case "cloud":
      return await openClient(config, await cloudCredential(config), KEEPALIVE);
    case "emulator":
      return await openClient(config, undefined, {
        ...KEEPALIVE,
        ...(isLoopback(config.host) ? NO_PROXY : {}),
        host: config.host,
        ssl: false,
        credentials: NO_CREDENTIALS,
      });
    case "embedded":
      return await connectEmbedded(config, notices, lockWaitMs);
  }
}

async function connectEmbedded(
  config: EmbeddedConfig,
  notices: EngineNotices | undefined,
  lockWaitMs: number | undefined,
): Promise<FirestoreClient> {
  const { startEngine } = await import("../embedded/index.js");
  const token = randomBytes(32).toString("base64url");
  const engine = await startEngine({
    file: embeddedFile(config),
    token,
    indexes: loadIndexes(config.collectionPrefix),
    texts: textSources(config.collectionPrefix),
    lockWaitMs,
    ...(notices
      ? {
          onError: notices.fault,
          onStoreFault: notices.storeFault,
          onStoreRecovered: notices.storeRecovered,
          onRebuild: notices.rebuilding,
          onNetworkDisk: notices.networkDisk,
          onIndexesDiffer: notices.indexesDiffer,
          onUnsafePlace: notices.unsafePlace,
          onReplaced: notices.replaced,
          onTextIndexFault: notices.textIndexFault,
        }
      : {}),
  });
  const client = await openClient(config, undefined, {
    ...NO_PROXY,
    host: `${engine.host}:${engine.port}`,
    ssl: false,
    credentials: NO_CREDENTIALS,
    customHeaders: { Authorization: `Bearer ${token}` },
  });
  return {
    ...client,
    textIndex: textIndexOn(engine.searchTexts, config),
    close: async () => {
      await client.close();
      await engine.close();
    },
  };
}

async function cloudCredential(config: CloudConfig) {
  if (!config.serviceAccount) return undefined;
  const { cert } = await import("firebase-admin/app");
  return cert(config.serviceAccount);
}

async function openClient(
  config: StoreConfig,
  credential: Awaited<ReturnType<typeof cloudCredential>>,
  settings: Settings,
): Promise<FirestoreClient> {
  const { initializeApp, deleteApp, applicationDefault } = await import("firebase-admin/app");
  const { AggregateField, FieldValue, getFirestore, Timestamp } = await import("firebase-admin/firestore");
  const project = config.projectId === undefined ? {} : { projectId: config.projectId };
  const app = initializeApp({ credential: credential ?? applicationDefault(), ...project }, `fireboard-${nextApp++}`);
  const db = getFirestore(app, config.databaseId);
  db.settings({
    ...RECONNECT,
    ...FLOW_CONTROL,
    ...settings,
    ...project,
    ...SEND_ONCE,
    ignoreUndefinedProperties: false,
  });
  return { db, library: { AggregateField, FieldValue, Timestamp }, close: () => deleteApp(app) };
}

let nextApp = 0;
