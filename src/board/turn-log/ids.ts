import { isStorableTime } from "../../time-range.js";
import { BoardError } from "../core/errors.js";
import { LIMITS } from "../model/limits.js";

/** The identifier formats of the session-log document, as it states them. */
const SESSION_ID = /^[A-Z][A-Za-z0-9]*-\d{8}T\d{6}Z-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const REQUEST_ID = /^req-\d{8}T\d{6}Z-[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * The time in a new session's id. Throws `invalid_session_id` when the id is not of the document's format, its time is
 * no date, or its prefix is not the agent.
 */
export function sessionIdTime(id: string, agent: string): Date {
  const time = SESSION_ID.test(id) && id.length <= LIMITS.id ? compactTime(id) : null;
  if (time && id.startsWith(`${agent}-`)) return time;
  throw new BoardError(
    "invalid_session_id",
    time
      ? "The session id does not begin with the agent's name."
      : "The session id is not <Agent>-<yyyyMMddTHHmmssZ>-<suffix>.",
    "Use the agent's name in PascalCase, the current UTC time and a lower-case suffix, as in ClaudeCowork-20260409T120000Z-implement-auth.",
  );
}

/** The time in a new turn's request id. Throws `invalid_request_id`. */
export function requestIdTime(id: string): Date {
  const time = REQUEST_ID.test(id) && id.length <= LIMITS.id ? compactTime(id) : null;
  if (time) return time;
  throw new BoardError(
    "invalid_request_id",
    "The request id is not req-<yyyyMMddTHHmmssZ>-<slugOrOrdinal>.",
    "Use the current UTC time and a lower-case slug, as in req-20260409T120001Z-add-jwt-001.",
  );
}

/** Reads the first yyyyMMddTHHmmssZ of a text; null when there is no such moment. */
function compactTime(text: string): Date | null {
  const found = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(text);
  if (!found) return null;
  const [, year, month, day, hour, minute, second] = found;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = new Date(iso);
  // Date rolls some impossible days over.
  return isStorableTime(time) && time.toISOString() === iso ? time : null;
}

/** When something began: the time in its id, unless that lies in the future. */
export function begunAt(idTime: Date, now: Date): Date {
  return idTime < now ? idTime : now;
}
