import type { Firestore } from "@google-cloud/firestore";
import { connect } from "../../src/firestore/connect.js";
import { storeOn } from "../../src/firestore/open-store.js";
import type { Store } from "../../src/firestore/store.js";
import type { StoreConfig } from "../../src/firestore/store-config.js";

/** A database open in this process. Closing the store closes both. */
export interface OpenDatabase {
  /** As the board sees it. */
  store: Store;
  /** Google's client behind it, to do what other programs would. It knows nothing of scopes and of reading only. */
  db: Firestore;
}

/** Opens a database for a test. */
export async function openDatabase(config: StoreConfig): Promise<OpenDatabase> {
  const client = await connect(config);
  return { store: storeOn(client, config), db: client.db };
}
