import { projectFields } from "../encoding/fields.js";
import type { ListenResponse, TargetMessage, Timestamp } from "../encoding/messages.js";
import { formatPath, parseDocumentName, parsePath } from "../encoding/resource-path.js";
import { invalidArgument } from "../errors.js";
import type { Query } from "../query/ast.js";
import { parseQuery } from "../query/parse.js";
import type { ConjunctionPlan } from "../query/planner.js";
import { type QuerySource, runQuery } from "../query/run.js";
import { fieldsOf, findDocument, type StoredDocument, toMessage } from "../storage/documents.js";
import { lastChange } from "../txn/reads.js";

/** The moment that a target is brought up to. */
export interface Moment {
  source: QuerySource;
  /** The clock of the snapshot, in microseconds. */
  clock: number;
  readTime: Timestamp;
  /** By which a client comes back to this moment. */
  resumeToken: Buffer;
}

/**
 * Something a client listens to: a query or a list of documents, and what the client knows of it.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#target
 */
export interface Target {
  id: number;
  /** The messages that bring the client up to a moment; none when nothing has changed for it. */
  update(moment: Moment): Generator<ListenResponse>;
  /** Takes the state at a moment as known to the client, without messages; false when it may know an older one. */
  resume(moment: Moment, since: number): boolean;
}

/** Finds the index plan of a query, or throws its FAILED_PRECONDITION. */
export type PlanQuery = (query: Query) => Promise<ConjunctionPlan[]>;

/** Reads a target from a request. */
export async function createTarget(message: TargetMessage, plan: PlanQuery): Promise<Target> {
  const id = message.targetId ?? 0;
  if (message.query) {
    const query = parseQuery(message.query.parent ?? "", message.query.structuredQuery ?? {});
    return queryTarget(id, query, await plan(query));
  }
  if (message.documents) {
    const names = (message.documents.documents ?? []).map((name) => formatPath(parseDocumentName(name)));
    return documentsTarget(id, names);
  }
  throw invalidArgument("A target is a query or a list of documents.");
}

function queryTarget(id: number, query: Query, plans: readonly ConjunctionPlan[]): Target {
  /** Update times of the documents that the client has in this target. */
  let known = new Map<string, number>();
  let since = -1;

  const changedSince = ({ source }: Moment): boolean => lastChange(source.connection, query) > since;
  return {
    id,
    *update(moment) {
      if (since >= 0 && !changedSince(moment)) return;
      const now = new Map<string, number>();
      for (const document of runQuery(moment.source, query, plans)) {
        now.set(document.name, document.updateTime);
        if (known.get(document.name) === document.updateTime) continue;
        yield { documentChange: { document: projected(document, query), targetIds: [id] } };
      }
      for (const name of known.keys()) if (!now.has(name)) yield gone(moment, name, id);
      known = now;
      since = moment.clock;
    },
    resume(moment, clock) {
      if (lastChange(moment.source.connection, query) > clock) return false;
      for (const { name, updateTime } of runQuery(moment.source, query, plans)) known.set(name, updateTime);
      since = moment.clock;
      return true;
    },
  };
}

function documentsTarget(id: number, names: readonly string[]): Target {
  /** Update times of the documents; undefined for those that the client knows to be missing. */
  const known = new Map<string, number | undefined>();
  const find = ({ source }: Moment, name: string): StoredDocument | undefined =>
    findDocument(source.connection, source.names, parsePath(name));
  return {
    id,
    *update(moment) {
      for (const name of names) {
        const document = find(moment, name);
        if (known.has(name) && known.get(name) === document?.updateTime) continue;
        known.set(name, document?.updateTime);
        yield document
          ? { documentChange: { document: toMessage(document), targetIds: [id] } }
          : { documentDelete: { document: name, removedTargetIds: [id], readTime: moment.readTime } };
      }
    },
    // Whether one of them was deleted since then is not written anywhere.
    resume: () => false,
  };
}

/** What tells a client that a document is no longer in a target. */
function gone({ source, readTime }: Moment, name: string, id: number): ListenResponse {
  const message = { document: name, removedTargetIds: [id], readTime };
  return findDocument(source.connection, source.names, parsePath(name))
    ? { documentRemove: message }
    : { documentDelete: message };
}

function projected(document: StoredDocument, query: Query) {
  return query.select ? toMessage(document, projectFields(fieldsOf(document), query.select)) : toMessage(document);
}
