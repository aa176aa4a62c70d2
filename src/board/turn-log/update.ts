import type { Call } from "../core/call.js";
import { changedFields, pick } from "../core/changed-fields.js";
import { invalidArgument } from "../core/errors.js";
import type { Session } from "../model/session.js";
import { TURN_LIMITS, type Turn } from "../model/turn.js";
import { editTurn } from "./edit-turn.js";
import type { NamesTurn } from "./named-turn.js";
import { second } from "./view.js";

/** The arguments of sessionlog_update_turn. */
export interface UpdateTurn extends NamesTurn {
  response?: string | undefined;
  interpretation?: string | undefined;
  tokenCount?: number | undefined;
  tags?: string[] | undefined;
  contextList?: string[] | undefined;
}

/**
 * Sets texts and tokens of an open turn, and adds tags and context to it as to ordered sets; tags become the session's
 * as well (docs/contracts.md 5, updateTurn). No change = no write. Throws what editTurn throws.
 */
export async function updateTurn(call: Call, args: UpdateTurn) {
  return await editTurn(call, args, {
    decide({ turn, session, now }) {
      const wanted = updated(turn, args);
      const changes = changedFields(turn, wanted);
      const result = { turnRequestId: turn.id, status: "in_progress" as const };
      if (changes.length === 0) return { change: null, result: { ...result, lastUpdated: second(turn.updated_at) } };
      const change = { turn: pick(wanted, changes), session: taggedSession(session, args.tags ?? []) };
      return { change, result: { ...result, lastUpdated: second(now) } };
    },
  });
}

/**
 * The fields that an update asks for; undefined asks for nothing. Throws `invalid_argument` when a set grows too large.
 */
function updated(turn: Turn, args: UpdateTurn): Partial<Turn> {
  const tags = args.tags && union(turn.tags, args.tags);
  const context_list = args.contextList && union(turn.context_list, args.contextList);
  refuseMore("tags of the turn", tags, TURN_LIMITS.tags.turn);
  refuseMore("entries of contextList", context_list, TURN_LIMITS.context.entries);
  const { response, interpretation, tokenCount: token_count } = args;
  const given = Object.entries({ response, interpretation, token_count, tags, context_list });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function taggedSession(session: Session, more: string[]): Partial<Pick<Session, "tags">> {
  const tags = union(session.tags, more);
  if (tags.length === session.tags.length) return {};
  refuseMore("tags of the session", tags, TURN_LIMITS.tags.session);
  return { tags };
}

function union(before: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...before, ...more])];
}

function refuseMore(what: string, list: readonly string[] | undefined, max: number): void {
  if (list && list.length > max) throw invalidArgument(`There may be ${max} ${what}, this would make ${list.length}.`);
}
