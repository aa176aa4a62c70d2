import { LRUCache } from "lru-cache";
import type { Runtime } from "../board/core/call.js";
import type { Store } from "../firestore/store.js";
import type { Log } from "../log.js";
import { AccessRefusal, type Authenticate, bearerOf, unknownToken } from "./authenticate.js";
import type { Principal } from "./principal.js";
import { type AccessToken, isSecretOf, readToken, stateOf } from "./token.js";
import { readStoredToken } from "./token-store.js";

/** Milliseconds for which a token is kept that was read: until then one that was revoked may still be taken. */
const KEPT_MS = 30_000;
/** Tokens that are kept, and ids that no token has; others are read again. */
const MOST_KEPT = 1_000;
/** Milliseconds between two notes of when a token was last used. */
const NOTED_EVERY_MS = 10 * 60_000;

/** What tokens are checked with. */
export interface TokenOptions {
  /** The whole store, not that of a project. Throws when it cannot be opened. */
  store(): Promise<Store>;
  runtime: Pick<Runtime, "now">;
  /** Whether nothing is written: when a token was last used, either. */
  readOnly: boolean;
  log: Log;
}

/** An id that no token has. */
const NONE = "none";

/** Knows who shows a token of the store (`fbt_...`). A store that does not answer is 503, never a permission. */
export function authenticateByToken({ store, runtime, readOnly, log }: TokenOptions): Authenticate {
  const now = () => runtime.now().getTime();
  const kept = new LRUCache<string, AccessToken | typeof NONE>({
    max: MOST_KEPT,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (id) => (await readStoredToken(await store(), id)) ?? NONE,
  });
  /** When the use of a token was last noted by this process. */
  const noted = new LRUCache<string, number>({ max: MOST_KEPT });

  function noteUse({ id, last_used_at }: AccessToken): void {
    const last = Math.max(noted.get(id) ?? 0, last_used_at?.getTime() ?? 0);
    if (readOnly || now() - last < NOTED_EVERY_MS) return;
    noted.set(id, now());
    store()
      .then((open) => open.ref("access_tokens", id).update({ last_used_at: runtime.now() }))
      .catch((error: unknown) => log("warn", "token_use_not_noted", { message: String(error) }));
  }

  return async (headers) => {
    const shown = readToken(bearerOf(headers));
    if (shown === null) throw unknownToken();
    const token = await kept.fetch(shown.id).catch((error: unknown) => {
      log("warn", "token_not_checked", { message: String(error) });
      throw new AccessRefusal(503, "The token cannot be checked now: the store does not answer. Call again.");
    });
    if (token === undefined || token === NONE || !isSecretOf(token, shown.secret)) throw unknownToken();
    const state = stateOf(token, runtime.now());
    if (state !== "valid") throw new AccessRefusal(401, `This token was ${state}.`, ['error="invalid_token"']);
    noteUse(token);
    return principalOf(token);
  };
}

function principalOf({ id, name, role, projects }: AccessToken): Principal {
  return { id: `token ${id}`, name, role, projects };
}
