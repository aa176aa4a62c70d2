import { FOR_AGENTS } from "../core/answer-size.js";
import { iso } from "../core/result.js";
import { cutCharacters } from "../core/row.js";
import { jsonBytes } from "../core/tokens.js";
import type { maskedMemory, RowOf } from "../model/masked.js";
import { rank } from "../search/rank.js";

const MOST = 5;
/** Bytes of JSON that the shown memories may take together. */
const MOST_BYTES = 3_000;

/**
 * The memories that fit what an agent is about to do, the best first: ranked against its intent and the open tasks'
 * titles, the latest ones where nothing matches; as many as fit into the bound, at most five. Pure.
 */
export async function relevantMemories(memories: readonly RowOf<typeof maskedMemory.row>[], about: string) {
  const byId = new Map(memories.map((memory) => [memory.id, memory]));
  const { hits } = await rank(
    memories.map(({ id, project_id, summary }) => ({ kind: "activity", id, project_id, title: "", text: summary })),
    about,
    MOST,
  );
  const found = hits.flatMap(({ id }) => byId.get(id) ?? []);
  const shown: { id: string; summary: string; task_id: string | null; agent_id: string; updated_at: string | null }[] =
    [];
  let bytes = 0;
  for (const memory of [...found, ...memories.filter((memory) => !found.includes(memory))]) {
    const { id, summary, task_id, agent_id, updated_at } = memory;
    const row = {
      id,
      summary: cutCharacters(summary, FOR_AGENTS.textCharacters),
      task_id,
      agent_id,
      updated_at: iso(updated_at),
    };
    bytes += jsonBytes(row);
    if (shown.length === MOST || bytes > MOST_BYTES) break;
    shown.push(row);
  }
  return shown;
}

/** The Jaccard index from which on two texts count as the same memory. */
const SAME = 0.8;

/** Whether two texts say nearly the same: the share of their words that both have (Jaccard index). Pure. */
export function nearDuplicate(a: string, b: string): boolean {
  const [one, two] = [words(a), words(b)];
  const shared = [...one].filter((word) => two.has(word)).length;
  const all = one.size + two.size - shared;
  return all === 0 ? a === b : shared / all >= SAME;
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}
