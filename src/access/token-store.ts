import type { Runtime } from "../board/core/call.js";
import { sha256 } from "../board/core/digest.js";
import { notFound } from "../board/core/errors.js";
import { MASKS } from "../firestore/masks.js";
import type { Snapshot, Store } from "../firestore/store.js";
import type { Role } from "./principal.js";
import { type AccessToken, accessTokenDocument, newSecret, tokenText } from "./token.js";

/** Tokens that are listed, the newest; far more than a team has. */
const MOST_LISTED = 500;

/** What a new token is for. */
export interface NewToken {
  /** For people: who or what has it. */
  name: string;
  role: Role;
  /** The ids of its projects; null: all. */
  projects: readonly string[] | null;
  expires_at: Date | null;
}

/**
 * Stores a new token and gives it as its bearer shows it, for the only time. Throws `project_not_found` for a project that
 * there is not.
 */
export async function createToken(
  store: Store,
  { name, role, projects, expires_at }: NewToken,
  { now, newId }: Pick<Runtime, "now" | "newId">,
): Promise<{ id: string; token: string }> {
  const [id, secret] = [newId(), newSecret()];
  const named = (projects ?? []).map((project) => store.ref("projects", project));
  await store.transaction(async (tx) => {
    const found = named.length > 0 ? await tx.getAll(named) : [];
    for (const project of found) if (!project.exists) throw notFound("project", project.id);
    tx.create(store.ref("access_tokens", id), {
      name,
      hash: sha256(secret),
      role,
      projects,
      created_at: now(),
      expires_at,
      last_used_at: null,
      revoked_at: null,
    });
  }, new AbortController().signal);
  return { id, token: tokenText(id, secret) };
}

/** The tokens there are, the newest first, without what they are recognised by; at most 500. */
export async function listTokens(store: Store): Promise<Omit<AccessToken, "hash">[]> {
  const { docs } = await store.query("accessTokens", { limit: MOST_LISTED, mask: MASKS.access_tokens.row }).get();
  const rows = accessTokenDocument.omit({ hash: true });
  return docs.flatMap((snapshot) => {
    const parsed = rows.safeParse(snapshot.data(MASKS.access_tokens.row));
    return parsed.success ? [{ ...parsed.data, id: snapshot.id }] : [];
  });
}

/** Ends a token for good; gives whether it exists. One that has ended already keeps its time. */
export async function revokeToken(store: Store, id: string, { now }: Pick<Runtime, "now">): Promise<boolean> {
  const ref = store.ref("access_tokens", id);
  return await store.transaction(async (tx) => {
    const [found] = await tx.getAll([ref]);
    if (!found?.exists) return false;
    if (found.get("revoked_at") === null) tx.update(ref, { revoked_at: now() });
    return true;
  }, new AbortController().signal);
}

/** Reads a token; null when there is none, or none that can be read, which counts as none. One round trip. */
export async function readStoredToken(store: Store, id: string): Promise<AccessToken | null> {
  return asToken(await store.ref("access_tokens", id).get());
}

function asToken(snapshot: Snapshot): AccessToken | null {
  const parsed = accessTokenDocument.safeParse(snapshot.data());
  return parsed.success ? { ...parsed.data, id: snapshot.id } : null;
}
