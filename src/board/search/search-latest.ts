import type { Call } from "../core/call.js";
import { FINDABLE, type Findable, type SearchKind } from "./findable.js";
import { rank } from "./rank.js";
import type { SearchFound, SearchWanted } from "./search.js";

/** How many characters of each text are looked at: whole texts of a full board take longer to index than a call may. */
const CHARACTERS = 2_000;

/** Searches the latest documents of each kind (`searchWindow`), as far as there is time. One round trip. */
export async function searchLatest(
  call: Call,
  { query, project_id, kinds, limit, ms }: SearchWanted,
): Promise<SearchFound> {
  const stopAt = performance.now() + ms;
  const found = await Promise.all(kinds.map((kind) => latest(call, kind, project_id)));
  const items = inTurn(found.map(({ rows }) => rows));
  const inTime = () => performance.now() < stopAt && !call.signal.aborted;
  const { hits, lookedAt } = await rank(items, query, limit, inTime);
  const late = items.slice(lookedAt);
  return {
    hits,
    warnings: found.flatMap(({ warnings }) => warnings),
    reached: found.map(({ kind, read, stored }) => ({
      kind,
      looked_at: read - late.filter((item) => item.kind === kind).length,
      of: stored,
    })),
  };
}

async function latest(call: Call, kind: SearchKind, project_id: string | undefined) {
  const shape = FINDABLE[kind].latest;
  const values = { project_id };
  const [{ docs }, stored] = await Promise.all([
    call.store.query(shape, { values, limit: call.store.searchWindow }).get(),
    call.store.query(shape, { values, limit: "all" }).count(),
  ]);
  const { rows, warnings } = FINDABLE[kind].read(docs);
  const beginnings = rows.map((row): Findable => ({ ...row, text: row.text.slice(0, CHARACTERS) }));
  return { kind, rows: beginnings, warnings, read: docs.length, stored };
}

/** The first of each list, then the second of each, and so on: where time runs out, the latest of every kind were seen. */
function inTurn<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
