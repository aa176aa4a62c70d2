import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { participantsOf } from "../participants/read.js";
import { FINDABLE, type Findable, type SearchKind, saidIn } from "./findable.js";
import { rank } from "./rank.js";
import type { SearchFound, SearchWanted } from "./search.js";
import { keyOf } from "./snippet.js";

/** How many characters of each text are looked at: whole texts of a full board take longer to index than a call may. */
const CHARACTERS = 2_000;

/** Of how many sessions that others joined, the latest, their parts are looked at. */
const SHARED = 50;

/**
 * Searches the latest documents of each kind (`searchWindow`), as far as there is time. One round trip, and another one
 * when others joined a session: no query gives the participants of one project.
 */
export async function searchLatest(
  call: Call,
  { query, project_id, kinds, limit, ms }: SearchWanted,
): Promise<SearchFound> {
  const stopAt = performance.now() + ms;
  const found = await Promise.all(kinds.map((kind) => latest(call, kind, project_id)));
  const items = inTurn(found.map(({ rows }) => rows));
  const inTime = () => performance.now() < stopAt && !call.signal.aborted;
  const { hits, lookedAt } = await rank(items, query, limit, inTime);
  const missed = new Set([...items.slice(lookedAt).map(keyOf), ...found.flatMap(({ unread }) => unread.map(keyOf))]);
  return {
    hits,
    warnings: found.flatMap(({ warnings }) => warnings),
    reached: found.map(({ kind, read, stored }) => ({
      kind,
      looked_at: read - [...missed].filter((key) => key.startsWith(`${kind}/`)).length,
      of: stored,
      current: true,
    })),
  };
}

async function latest(call: Call, kind: SearchKind, project_id: string | undefined) {
  const { latest: shape, mask } = FINDABLE[kind];
  const values = { project_id };
  const [{ docs }, stored] = await Promise.all([
    call.store.query(shape, { values, mask, limit: call.store.searchWindow }).get(),
    call.store.query(shape, { values, limit: "all" }).count(),
  ]);
  const { rows, warnings } = FINDABLE[kind].read(docs);
  const shared = new Set(
    docs.filter((document) => kind === "session" && document.get("shared_since")).map(({ id }) => id),
  );
  const sessions = rows.filter(({ id }) => shared.has(id));
  const joined = new Map(await Promise.all(sessions.slice(0, SHARED).map((session) => readParts(call, session))));
  const beginnings = rows
    .flatMap((row) => [row, ...(joined.get(row.id) ?? [])])
    .map((row): Findable => ({ ...row, text: row.text.slice(0, CHARACTERS) }));
  return { kind, rows: beginnings, unread: sessions.slice(SHARED), warnings, read: docs.length, stored };
}

async function readParts(call: Call, session: Findable): Promise<[id: string, said: Findable[]]> {
  const { docs } = await participantsOf(call, session.id, MASKS.participants.search).get();
  return [session.id, docs.map((joined) => saidIn(session, joined))];
}

/** The first of each list, then the second of each, and so on: where time runs out, the latest of every kind were seen. */
function inTurn<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
