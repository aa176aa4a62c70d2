import type { Call } from "../core/call.js";
import { asRead, readActive, writeOnce } from "./context-session.js";
import { contextRow, type TokenCounts, tokenFields } from "./row.js";

/** The arguments of sessionUpdate. */
export interface UpdateTokens extends TokenCounts {
  sessionId: string;
  mode: "incremental" | "absolute";
}

/**
 * Adds to, or sets, the token counts of an active session of any kind (docs/contracts.md 4, sessionUpdate). No counts:
 * no write. Throws `session_not_found`, `session_not_active`. Two round trips.
 */
export async function updateTokens(call: Call, { sessionId, mode, ...tokens }: UpdateTokens) {
  const counts = tokenFields(tokens);
  if (mode === "absolute") return await setTokens(call, sessionId, counts);
  return await addTokens(call, sessionId, counts);
}

/**
 * Adds by atomic increments after a plain read (docs/contracts.md 1.2): workers never wait for one another, and no sum
 * is lost. A session that ends between read and commit still gets what was spent while it was active; its status and
 * end are not touched, so it stays ended, and one that was moved away is not created again: an update needs a document
 * that exists. The commit is sent once: one whose answer is lost is not repeated, because it may have counted. The row
 * is as this call saw it, with its own share; what others add at the same moment may be missing.
 */
async function addTokens(call: Call, sessionId: string, counts: ReturnType<typeof tokenFields>) {
  const ref = call.store.ref("sessions", sessionId);
  const added = Object.entries(counts).filter(([, count]) => count > 0) as [keyof typeof counts, number][];
  return await writeOnce(call, async ({ tx }) => {
    const session = readActive(await ref.get(), sessionId);
    if (added.length === 0) return contextRow(session);
    const now = call.now();
    const increments = added.map(([field, count]) => [field, call.store.increment(count)]);
    tx.update(ref, { ...Object.fromEntries(increments), last_seen_at: now, updated_at: now });
    const sums = Object.fromEntries(added.map(([field, count]) => [field, session[field] + count]));
    return contextRow({ ...session, ...sums, updated_at: now });
  });
}

async function setTokens(call: Call, sessionId: string, counts: ReturnType<typeof tokenFields>) {
  const ref = call.store.ref("sessions", sessionId);
  return await writeOnce(call, async ({ tx }) => {
    const snapshot = await ref.get();
    const session = readActive(snapshot, sessionId);
    if (Object.keys(counts).length === 0) return contextRow(session);
    const now = call.now();
    tx.update(ref, { ...counts, last_seen_at: now, updated_at: now }, asRead(snapshot));
    return contextRow({ ...session, ...counts, updated_at: now });
  });
}
