import type { Mask } from "../../firestore/masks.js";
import type { Query, Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readMended } from "../core/read-document.js";
import { MOST_PARTICIPANTS, type Participant, participantDocument } from "../model/participant.js";

/** The query of those who joined a session: whole for a transaction, else by a mask. */
export function participantsOf({ store }: Pick<Call, "store">, sessionId: string, mask?: Mask): Query {
  const parent = store.ref("sessions", sessionId);
  return store.query("participants", { parent, limit: MOST_PARTICIPANTS + 1, ...(mask && { mask }) });
}

/**
 * Those who joined, the first to join first. A field of a wrong type counts as missing, so that damage takes nobody's
 * part away.
 */
export function readParticipants(found: readonly Snapshot[]): Participant[] {
  const joined = found.map((snapshot) => readMended(participantDocument, snapshot));
  return joined.sort((a, b) => Number(a.joined_at) - Number(b.joined_at) || (a.id < b.id ? -1 : 1));
}
