import type { Ref, Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { readDocument } from "../core/read-document.js";
import { type CommitMark, lastCallMark, type UnitOfWork, write } from "../core/write.js";
import type { Session } from "../model/session.js";
import { type Turn, turnDocument } from "../model/turn.js";
import { immutable, noTurn } from "./errors.js";
import { type NamesTurn, readSession, targetTurn } from "./named-turn.js";

/** What an edit is decided on: the open turn, its session, and the documents it asked for. */
export interface TurnState {
  turn: Turn;
  session: Session;
  turnRef: Ref;
  sessionRef: Ref;
  beside: Snapshot[];
  now: Date;
}

/** What an edit stores: fields of the turn and of its session, and new documents. */
export interface TurnChange {
  turn: Partial<Omit<Turn, "id">>;
  session?: Partial<Pick<Session, "tags" | "files_modified_count">>;
  add?: readonly (readonly [ref: Ref, document: object])[];
}

/** An edit of a turn: the rules as a function of what was read. No change means that nothing is written. */
export interface TurnEdit<T> {
  /** Further documents that the decision depends on, read with the turn. */
  reads?(turnRef: Ref, sessionRef: Ref): Ref[];
  /** The mark of an edit that adds documents; any other is recognised by the turn's `last_call_id`. */
  mark?(turnRef: Ref): CommitMark;
  decide(state: TurnState): { change: TurnChange | null; result: T };
}

/**
 * Edits an open turn in one transaction that reads it (docs/contracts.md 5), so that nothing is added to a turn that
 * has ended. Two round trips, whatever the turn's length. The session's last update goes with each change. Throws
 * `session_not_found`, `turn_not_found`, `turn_immutable`.
 */
export async function editTurn<T>(call: Call, names: NamesTurn, edit: TurnEdit<T>): Promise<T> {
  const target = targetTurn(call, names);
  const sessionRef = call.store.ref("sessions", target.session);
  const turnRef = call.store.sub(sessionRef, "turns", target.turn);
  const reads = edit.reads?.(turnRef, sessionRef) ?? [];

  const apply = async ({ tx, get }: UnitOfWork): Promise<T> => {
    const [turnSnapshot, sessionSnapshot, ...beside] = await get([turnRef, sessionRef, ...reads]);
    const session = readSession(sessionSnapshot, target.session, names.agent);
    if (!turnSnapshot?.exists) throw noTurn(`Session ${session.id} has no turn ${target.turn}.`);
    const turn = readDocument(turnDocument, "turn", turnSnapshot);
    if (turn.status !== "in_progress") throw immutable(turn);

    const now = call.now();
    const { change, result } = edit.decide({ turn, session, turnRef, sessionRef, beside, now });
    if (change === null) return result;
    for (const [ref, document] of change.add ?? []) tx.create(ref, document);
    tx.update(turnRef, { ...change.turn, last_call_id: call.id, updated_at: now });
    tx.update(sessionRef, { ...change.session, ...touched(session, now) });
    return result;
  };
  return await write(call, apply, { mark: edit.mark?.(turnRef) ?? lastCallMark(call, turnRef) });
}

/** What every change of a turn does to its session; the clocks of several processes never turn it back. */
export function touched({ updated_at }: Session, now: Date): Pick<Session, "updated_at" | "last_seen_at"> {
  return { updated_at: updated_at && updated_at > now ? updated_at : now, last_seen_at: now };
}
