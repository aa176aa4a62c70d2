import type { ListenTarget, Snapshot, Store } from "../../firestore/store.js";

/**
 * Follows several targets as one: `heard` gets the documents of all of them once each has been read, and again whenever
 * one changes. The first failure ends all. Of no targets there are no documents. Gives what ends it, as `listen` does.
 */
export function listenTogether(
  listen: Store["listen"],
  targets: readonly ListenTarget[],
  heard: (docs: Snapshot[]) => void,
  failed: (error: Error) => void,
): () => void {
  const latest = new Map<ListenTarget, Snapshot[]>();
  let ended = false;
  const endings: (() => void)[] = [];
  const end = () => {
    ended = true;
    for (const each of endings.splice(0)) each();
  };
  const tell = () => {
    if (!ended && latest.size === targets.length) heard([...latest.values()].flat());
  };
  for (const target of targets)
    endings.push(
      listen(
        target,
        (docs) => {
          latest.set(target, docs);
          tell();
        },
        (error) => {
          if (ended) return;
          end();
          failed(error);
        },
      ),
    );
  // Not before whoever listens has what ends it.
  if (targets.length === 0) queueMicrotask(tell);
  return end;
}
