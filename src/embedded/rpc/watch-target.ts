import type { ListenResponse, TargetMessage, Timestamp } from "../encoding/messages.js";
import { formatPath, parseDocumentName, parsePath } from "../encoding/resource-path.js";
import { invalidRequest } from "../errors.js";
import { parseQuery } from "../query/parse-query.js";
import type { ParsedQuery } from "../query/parsed-query.js";
import type { ConjunctionPlan } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run-query.js";
import { findDocument, projected, type StoredDocument, toMessage } from "../storage/documents.js";
import { lastChange } from "../txn/read-set.js";

/** The snapshot of the store that a target is updated to. */
export interface WatchSnapshot {
  source: QuerySource;
  /** The clock of the snapshot, in microseconds. */
  clock: number;
  readTime: Timestamp;
  /** The resume token of this snapshot. */
  resumeToken: Buffer;
}

/**
 * Something a client listens to: a query or a list of documents, and what the client knows of it.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#target
 */
export interface Target {
  id: number;
  /** The messages that update the client to a snapshot; none when nothing has changed for it. */
  update(snapshot: WatchSnapshot): Generator<ListenResponse>;
  /** Assumes, without messages, that the client has this snapshot; false when it may have an older one. */
  resume(snapshot: WatchSnapshot, since: number): boolean;
}

/** Finds the index plan of a query, or throws its FAILED_PRECONDITION. */
export type PlanQuery = (query: ParsedQuery) => Promise<ConjunctionPlan[]>;

/** Reads a target from a request. */
export async function createTarget(message: TargetMessage, plan: PlanQuery): Promise<Target> {
  const id = message.targetId ?? 0;
  if (message.query) {
    const query = parseQuery(message.query.parent ?? "", message.query.structuredQuery ?? {});
    checkListened(query);
    return queryTarget(id, query, await plan(query));
  }
  if (message.documents) {
    const names = (message.documents.documents ?? []).map((name) => formatPath(parseDocumentName(name)));
    return documentsTarget(id, names);
  }
  throw invalidRequest("A target is a query or a list of documents.");
}

/** Refuses with INVALID_ARGUMENT, in its words, what production only answers once: no listener looks into all below. */
function checkListened({ collection, allDescendants, parent }: ParsedQuery): void {
  if (collection === undefined) throw invalidRequest("All-collection queries are not supported by real-time queries.");
  if (allDescendants && parent.segments.length > 0)
    throw invalidRequest(
      "'all_descendants' in CollectionSelector with document parent is not supported by real-time queries.",
    );
}

function queryTarget(id: number, query: ParsedQuery, plans: readonly ConjunctionPlan[]): Target {
  /** Update times of the documents that the client has in this target. */
  let known = new Map<string, number>();
  let since = -1;

  const changedSince = ({ source }: WatchSnapshot): boolean => lastChange(source.connection, query) > since;
  return {
    id,
    *update(snapshot) {
      if (since >= 0 && !changedSince(snapshot)) return;
      const now = new Map<string, number>();
      for (const document of runQuery(snapshot.source, query, plans)) {
        now.set(document.name, document.updateTime);
        if (known.get(document.name) === document.updateTime) continue;
        yield { documentChange: { document: toMessage(projected(document, query.select)), targetIds: [id] } };
      }
      for (const name of known.keys()) if (!now.has(name)) yield removedMessage(snapshot, name, id);
      known = now;
      since = snapshot.clock;
    },
    resume(snapshot, clock) {
      if (lastChange(snapshot.source.connection, query) > clock) return false;
      for (const { name, updateTime } of runQuery(snapshot.source, query, plans)) known.set(name, updateTime);
      since = snapshot.clock;
      return true;
    },
  };
}

function documentsTarget(id: number, names: readonly string[]): Target {
  /** Update times of the documents; undefined for those that the client knows to be missing. */
  const known = new Map<string, number | undefined>();
  const find = ({ source }: WatchSnapshot, name: string): StoredDocument | undefined =>
    findDocument(source.connection, source.names, parsePath(name));
  return {
    id,
    *update(snapshot) {
      for (const name of names) {
        const document = find(snapshot, name);
        if (known.has(name) && known.get(name) === document?.updateTime) continue;
        known.set(name, document?.updateTime);
        yield document
          ? { documentChange: { document: toMessage(document), targetIds: [id] } }
          : { documentDelete: { document: name, removedTargetIds: [id], readTime: snapshot.readTime } };
      }
    },
    // Whether one of them was deleted since then is not written anywhere.
    resume: () => false,
  };
}

/** What tells a client that a document is no longer in a target. */
function removedMessage({ source, readTime }: WatchSnapshot, name: string, id: number): ListenResponse {
  const message = { document: name, removedTargetIds: [id], readTime };
  return findDocument(source.connection, source.names, parsePath(name))
    ? { documentRemove: message }
    : { documentDelete: message };
}
