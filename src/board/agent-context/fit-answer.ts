import type { AnswerSize } from "../core/answer-size.js";
import { cutCharacters, cutRow, levelOf } from "../core/row.js";
import { bytesOfTokens, countInRoom, jsonBytes } from "../core/tokens.js";
import type { Omission } from "../handoff/view.js";

/** An answer of session_init: alerts that are lists, and sections whose fields may be lists. */
type Answer = Record<string, unknown>;

/** Which call has the rest of a list; by its path, or by its section. */
const FETCH: Readonly<Record<string, string>> = {
  agent_awareness: "board_get_sessions",
  "working_state.active_sessions": "board_get_sessions",
  "working_state.latest_changes": "board_get_activity",
  federation_health: "board_get_projects",
};
const FETCH_OTHERS = "board_get_tasks";

/** What an agent needs first: this list loses rows only when the others have none left to lose. */
const SPARED = "pending_tasks.tasks";

/** What `omitted` takes at most: each list once. */
const OMITTED_BYTES = 2_000;

/**
 * An answer with its rows and texts as lists show them (core/row.ts). When it is still too large, its longest lists
 * lose rows at their ends, down to the same size; `omitted` says how many of which, and which call has them. Pure.
 */
export function fitAnswer<T extends Answer>(whole: T, size: AnswerSize): T & { omitted?: Omission[] } {
  const answer = Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, short(value, size)])) as T;
  const excess = jsonBytes(answer) - bytesOfTokens(size.tokens);
  if (excess <= 0) return answer;
  const all = listsIn(answer);
  const spared = all.filter(({ path }) => path !== SPARED);
  const lists = bytesOf(spared) - excess > OMITTED_BYTES ? spared : all;
  const most = levelOf(
    lists.map(({ list }) => jsonBytes(list)),
    bytesOf(lists) - excess - OMITTED_BYTES,
  );
  const omitted = lists.flatMap(({ path, list }): Omission[] => {
    const missing = jsonBytes(list) <= most ? 0 : list.splice(countInRoom(list, most - 2)).length;
    const fetch = FETCH[path] ?? FETCH[path.split(".")[0] ?? ""] ?? FETCH_OTHERS;
    return missing > 0 ? [{ what: path, count: missing, unit: "rows", fetch }] : [];
  });
  return { ...answer, omitted };
}

const bytesOf = (lists: readonly { list: unknown[] }[]) => lists.reduce((sum, { list }) => sum + jsonBytes(list), 0);

/** A copy of an alert or section, its rows and texts cut. */
function short(value: unknown, size: AnswerSize): unknown {
  if (typeof value === "string") return cutCharacters(value, size.textCharacters);
  if (Array.isArray(value))
    return value.map((row) => (isObject(row) ? cutRow(row, size, Number.POSITIVE_INFINITY) : row));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, isObject(field) ? field : short(field, size)]),
  );
}

/** The lists of an answer: its alerts, and those in its sections. */
function listsIn(answer: Answer): { path: string; list: unknown[] }[] {
  return Object.entries(answer).flatMap(([name, value]) =>
    Array.isArray(value)
      ? [{ path: name, list: value as unknown[] }]
      : isObject(value)
        ? listsIn(value).map(({ path, list }) => ({ path: `${name}.${path}`, list }))
        : [],
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
