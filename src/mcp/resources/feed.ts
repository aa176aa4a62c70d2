import type { ListenTarget, Snapshot, Store } from "../../firestore/store.js";

/** Milliseconds between two notices of one resource. */
const BETWEEN_NOTICES_MS = 1_000;
/** Milliseconds after which documents are listened to again when the store ended it. */
const AGAIN_MS = 10_000;

/** What a feed is made of. */
export interface FeedOptions {
  /** What is listened to. */
  follows(store: Store): ListenTarget[];
  /** What of a document counts: it has changed when this has. */
  mark(document: Snapshot): string;
  /** Tells of a change; at most once a second. False: not now, it is asked again a second later. */
  tell(): boolean;
  /** Hears why the store ended it; it is tried again. */
  failed(error: Error): void;
}

/** The listeners on what one resource shows. */
export interface Feed {
  /** Listens; resolves once every change from here on is told. Rejects with the store's error. */
  start(store: Store): Promise<void>;
  /** Ends the listeners; nothing is told any more. */
  stop(): void;
}

/** Makes a feed, which does not listen yet. */
export function createFeed({ follows, mark, tell, failed }: FeedOptions): Feed {
  const marks = new Map<number, string>();
  const notices = atMostOnceIn(BETWEEN_NOTICES_MS, tell);
  let started: Promise<void> | undefined;
  let stops: (() => void)[] = [];
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

  function unlisten(): void {
    for (const stop of stops.splice(0)) stop();
  }

  function listen(store: Store, ready: () => void, fail: (error: Error) => void): void {
    const targets = follows(store);
    stops = targets.map((target, at) =>
      store.listen(
        target,
        (documents) => {
          const now = documents.map(mark).sort().join();
          const before = marks.get(at);
          marks.set(at, now);
          if (before !== undefined && before !== now) notices.due();
          if (marks.size === targets.length) ready();
        },
        fail,
      ),
    );
  }

  function listenAgain(store: Store): void {
    again = setTimeout(() => listen(store, () => {}, onFailure(store)), AGAIN_MS).unref();
  }

  const onFailure = (store: Store) => (error: Error) => {
    unlisten();
    failed(error);
    if (!stopped) listenAgain(store);
  };

  return {
    async start(store) {
      if (stopped) return;
      started ??= new Promise<void>((resolve, reject) => {
        let ready = false;
        const lost = onFailure(store);
        const done = () => {
          ready = true;
          resolve();
        };
        listen(store, done, (error) => {
          if (ready) return lost(error);
          unlisten();
          started = undefined;
          reject(error);
        });
      });
      await started;
    },
    stop() {
      stopped = true;
      unlisten();
      clearTimeout(again);
      notices.stop();
    },
  };
}

/** Tells at once, and of what comes soon after when the time is over. */
function atMostOnceIn(ms: number, tell: () => boolean) {
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  function next(): void {
    timer = undefined;
    if (!isDue) return;
    timer = setTimeout(next, ms).unref();
    isDue = !tell();
  }
  return {
    due(): void {
      isDue = true;
      if (!timer) next();
    },
    stop(): void {
      isDue = false;
      clearTimeout(timer);
    },
  };
}
