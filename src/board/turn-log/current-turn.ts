import type { Call } from "../core/call.js";
import type { StatePart } from "../core/connection-state.js";

/**
 * What a connection works on in the turn log (docs/contracts.md 5): the session it opened and the turn it began last.
 */
export interface Current {
  session: string | null;
  /** A turn of `session`; it stays current when it has ended, so that a late edit is refused as immutable. */
  turn: string | null;
}

const CURRENT: StatePart<Current> = { make: () => ({ session: null, turn: null }) };

/** The session and turn of the call's connection. */
export function current(call: Call): Readonly<Current> {
  return call.connection.part(CURRENT);
}

/** Makes a session and a turn of it the ones that this connection works on. */
export function setCurrent(call: Call, session: string | null, turn: string | null): void {
  Object.assign(call.connection.part(CURRENT), { session, turn });
}
