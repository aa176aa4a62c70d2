import type { Query as ClientQuery, DocumentReference } from "@google-cloud/firestore";
import { snapshotOf } from "./documents.js";
import { checkMask, fieldsRead } from "./query.js";
import type { Query, Ref, Store } from "./store.js";

/** What follows documents and queries with the client's real-time listeners (`listen` of Store). */
export function listener(
  clientRef: (ref: Ref) => DocumentReference,
  clientQuery: (what: Pick<Query, "shape" | "args">) => ClientQuery,
): Store["listen"] {
  return (target, heard, failed) => {
    if (!("shape" in target)) {
      if (target.parent) throw new TypeError(`${target.collection} is a sub-collection, which is not listened to`);
      const ref = clientRef(target);
      return ref.onSnapshot((found) => heard(found.exists ? [snapshotOf(found)] : []), failed);
    }
    checkMask(target);
    const { mask } = target.args;
    const fields = mask && fieldsRead(mask, target.shape);
    return clientQuery(target).onSnapshot(({ docs }) => heard(docs.map((doc) => snapshotOf(doc, fields))), failed);
  };
}
