import { sha256 } from "./digest.js";

/**
 * Holders of calls that stand alone, as over HTTP: nothing tells their connection to be alive, so that they count as gone
 * by other rules than those of connections. No id that a runtime makes begins so.
 */
const STANDS_ALONE = "http.";

const beginning = (principal: string) => `${STANDS_ALONE}${sha256(principal).slice(0, 20)}.`;

/** A holder of this principal's, of an id of its own. Pure. */
export function holderWithId(principal: string, id: string): string {
  return `${beginning(principal)}${id}`;
}

/**
 * The holder of what a principal's agent does outside of a session: the same for the same name, so that it keeps what it
 * claimed. Null: a call that names no agent. Pure.
 */
export function holderOfName(principal: string, agent: string | null): string {
  return holderWithId(principal, `name-${sha256(agent ?? "").slice(0, 20)}`);
}

/** Whether a holder is none of a connection. Pure. */
export function isOfCallsAlone(holder: string | null): boolean {
  return holder?.startsWith(STANDS_ALONE) === true;
}

/** Whether a holder is one of this principal's. Pure. */
export function isHolderOf(principal: string, holder: string | null): boolean {
  return holder?.startsWith(beginning(principal)) === true;
}
