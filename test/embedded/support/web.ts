import { deleteApp, initializeApp } from "firebase/app";
import {
  connectFirestoreEmulator,
  type DocumentReference,
  type DocumentSnapshot,
  type Firestore,
  type FirestoreSettings,
  initializeFirestore,
  onSnapshot,
  type Query,
  type QuerySnapshot,
  setLogLevel,
} from "firebase/firestore";
import type { OpenClient } from "./both-stores.js";

/** A client with Google's web library, which writes over streams and reads through listeners. */
export function openWeb(port: number, project: string, settings: FirestoreSettings = {}): OpenClient<Firestore> {
  // Refusals that tests provoke would be logged as warnings.
  setLogLevel("silent");
  const app = initializeApp({ projectId: project }, crypto.randomUUID());
  const client = initializeFirestore(app, settings);
  // As a name of a user it is sent as it stands: the store's token, and full rights on the emulator.
  connectFirestoreEmulator(client, "127.0.0.1", port, { mockUserToken: "owner" });
  return { client, close: () => deleteApp(app) };
}

/** What a listener hears. */
export interface Heard<Snapshot> {
  /** The first snapshot from now on, or the last one so far, that is as wanted; rejects when the listener fails. */
  until(wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  stop(): void;
}

/** Listens to a document, its metadata included. */
export function hearDocument(ref: DocumentReference): Heard<DocumentSnapshot> {
  return hear((next, fail) => onSnapshot(ref, { includeMetadataChanges: true }, next, fail));
}

/** Listens to a query, the metadata of its documents included. */
export function hearQuery(query: Query): Heard<QuerySnapshot> {
  return hear((next, fail) => onSnapshot(query, { includeMetadataChanges: true }, next, fail));
}

function hear<T>(listen: (onNext: (value: T) => void, onError: (error: Error) => void) => () => void): Heard<T> {
  let last: T | undefined;
  let failure: Error | undefined;
  let wake = (): void => {};
  const stop = listen(
    (value) => {
      last = value;
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  return {
    stop,
    async until(wanted) {
      for (;;) {
        if (failure) throw failure;
        if (last !== undefined && wanted(last)) return last;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
