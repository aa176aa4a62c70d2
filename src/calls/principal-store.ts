import type { Principal } from "../access/principal.js";
import { may } from "../access/roles.js";
import { scopeStore } from "../board/scope/scope-store.js";
import { readOnlyStore } from "../firestore/read-only.js";
import type { Store } from "../firestore/store.js";

/**
 * The store as it is for a principal: without other projects than its own, and read-only for a role that may not write.
 * What there is not for it does not exist, whatever a tool, a resource or a prompt names. The machine's owner (null) has
 * the store as it is. Throws RangeError for a principal of more than 20 projects.
 */
export function storeOf(principal: Pick<Principal, "role" | "projects"> | null, store: Store): Store {
  if (!principal) return store;
  const own = principal.projects === null ? store : scopeStore(store, principal.projects);
  return may(principal.role, "write") ? own : readOnlyStore(own);
}
