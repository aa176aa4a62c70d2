import { MASKS } from "../../firestore/masks.js";
import type { ShapeName } from "../../firestore/shapes.js";
import type { Snapshot } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { fitOffsetRows } from "../core/offset-list.js";
import { documentPages } from "../core/paging.js";
import { readDocuments } from "../core/read-document.js";
import { withWarnings } from "../core/result.js";
import { SESSION_KINDS } from "../model/enums.js";
import { maskedSession } from "../model/masked.js";
import type { Session } from "../model/session.js";
import { contextRow } from "./row.js";

/** The arguments of sessionQuery; `limit` is 1 to 1,000. */
export interface QuerySessions {
  agentName?: string | undefined;
  storyId?: string | undefined;
  activeOnly: boolean;
  limit: number;
  offset: number;
}

/** How many documents are read at a time, after the first time. */
const PAGE_DOCUMENTS = 1_000;
/** The kinds of the sessions that are listed. */
const OURS: readonly string[] = ["board", "context"];
const MASK = MASKS.sessions.usage;

type Filters = Record<string, unknown>;

/**
 * Context and board sessions, the latest start first, then by id (docs/contracts.md 4, sessionQuery), as many as 500 KB
 * hold. One round trip when the first sessions of any kind have enough of them; else two, and one for each further 1,000
 * documents of the offset.
 */
export async function querySessions(call: Call, { agentName, storyId, activeOnly, limit, offset }: QuerySessions) {
  const values = { agent_name: agentName, story_id: storyId, ...(activeOnly ? { ended_at: null } : {}) };
  const first = Math.min(offset + limit, PAGE_DOCUMENTS);
  const { docs } = await call.store.query("sessions", { values, mask: MASK, limit: first }).get();
  let found = await take([docs], { limit, offset });
  if (found.sessions.length < limit && docs.length === first)
    found = await take(ourPages(call, values, first), { limit, offset });
  const fitted = fitOffsetRows(
    found.sessions.map((row, at) => ({ row, offset: offset + at })),
    found.warnings,
  );
  return withWarnings({ sessions: fitted.rows, ...fitted.more }, fitted.warnings);
}

/**
 * The documents of our sessions, without reading those of other toolsets, of which agents may make any number. No query
 * can ask for sessions without a kind, which are other clients' board sessions: where counts tell that there are some,
 * all are read. One round trip for the counts and the first page.
 */
async function* ourPages(call: Call, values: Filters, first: number): AsyncGenerator<Snapshot[]> {
  const count = (shape: ShapeName, filters: Filters) =>
    call.store.query(shape, { values: filters, limit: "all" }).count();
  const pages = documentPages(
    call,
    "sessionsOfKinds",
    { ...values, kind: OURS },
    { mask: MASK, size: PAGE_DOCUMENTS, first },
  );
  const [all, ofKnownKinds, page] = await Promise.all([
    count("sessions", values),
    count("sessionsOfKinds", { ...values, kind: [...SESSION_KINDS] }),
    pages.next(),
  ]);
  if (all !== ofKnownKinds) return yield* documentPages(call, "sessions", values, { mask: MASK, size: PAGE_DOCUMENTS });
  if (!page.done) yield page.value;
  yield* pages;
}

async function take(
  pages: AsyncIterable<Snapshot[]> | Iterable<Snapshot[]>,
  { limit, offset }: { limit: number; offset: number },
) {
  const sessions: ReturnType<typeof contextRow>[] = [];
  const warnings: string[] = [];
  let toSkip = offset;
  for await (const docs of pages) {
    const read = readDocuments(maskedSession.usage, "session", docs);
    const ours = read.rows.filter(isOurs);
    warnings.push(...read.warnings);
    sessions.push(...ours.slice(toSkip, toSkip + limit - sessions.length).map(contextRow));
    toSkip = Math.max(0, toSkip - ours.length);
    if (sessions.length === limit) break;
  }
  return { sessions, warnings };
}

function isOurs({ kind }: Pick<Session, "kind">): boolean {
  return OURS.includes(kind);
}
