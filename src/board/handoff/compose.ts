import { cutText } from "../core/cut.js";
import { bytesOfTokens, jsonBytes } from "../core/tokens.js";
import type { Participant } from "../model/participant.js";
import { isUnsaid } from "../participants/unsaid.js";
import type { EndedSession, Omission } from "./view.js";

/** The share of a handoff that notes may take, those of all participants together. */
export const NOTES_SHARE = 0.5;

/** A session as its readers see it, and how many characters of which field had no room. */
export interface Composed {
  session: EndedSession;
  omitted: Omission[];
}

/** What one participant says in a field. */
interface Said {
  agent_name: string | null;
  text: string;
  joined: boolean;
}

/**
 * A session with the notes of all its participants in its own fields (docs/contracts.md 3.2): texts each under its
 * author's name, a joiner's artifacts under a key of its name. What only the creator said stays as it is. Texts that
 * together take more than half of `maxTokens` are cut, the longest to one length. `place` is where the handoff shows
 * the session. Pure.
 */
export function composeNotes(
  session: EndedSession,
  joined: readonly Participant[],
  { place, maxTokens }: { place: "last_session" | "last_handoff"; maxTokens: number },
): Composed {
  if (joined.length === 0) return { session, omitted: [] };
  const { agent_name } = session;
  const summary = said(
    { agent_name, text: session.progress_summary },
    joined.map((part) => ({ ...part, text: part.summary })),
  );
  const notes = said(
    { agent_name, text: session.handoff_notes },
    joined.map((part) => ({ ...part, text: part.notes })),
  );
  const bytes = longestThatFits(
    [...summary, ...notes].map(({ text }) => jsonBytes(text)),
    bytesOfTokens(maxTokens),
  );
  const cut = (texts: readonly Said[]) => texts.map((one) => ({ ...one, text: cutText(one.text, bytes) }));
  const fields = { progress_summary: [summary, cut(summary)], handoff_notes: [notes, cut(notes)] } as const;
  const omitted = Object.entries(fields).flatMap(([field, [whole, kept]]): Omission[] => {
    const count = characters(whole) - characters(kept);
    return count > 0 ? [{ what: `${place}.${field}`, count, unit: "characters", fetch: "board_get_session" }] : [];
  });
  const composed = {
    progress_summary: textOf(fields.progress_summary[1]) ?? session.progress_summary,
    handoff_notes: textOf(fields.handoff_notes[1]),
    context_artifacts: artifactsOf(session, joined),
  };
  return { session: { ...session, ...composed }, omitted };
}

/** The texts of a field, the creator's first; the sentence that abandoning writes is nobody's. */
function said(
  creator: { agent_name: string | null; text: string | null },
  joined: readonly { agent_name: string | null; text: string | null }[],
): Said[] {
  const all = [{ ...creator, joined: false }, ...joined.map((part) => ({ ...part, joined: true }))];
  return all.flatMap(({ agent_name, text, joined: isJoiner }) =>
    text === null || isUnsaid(text) ? [] : [{ agent_name, text, joined: isJoiner }],
  );
}

function textOf(texts: readonly Said[]): string | null {
  if (!texts.some(({ joined }) => joined)) return texts[0]?.text ?? null;
  return texts.map(({ agent_name, text }) => `${agent_name ?? "(no name)"}:\n${text}`).join("\n\n");
}

/** The most bytes that each text may have, so that all together take at most their share of `bytes`. */
function longestThatFits(sizes: readonly number[], bytes: number): number {
  let room = bytes * NOTES_SHARE;
  const ascending = [...sizes].sort((a, b) => a - b);
  for (const [at, size] of ascending.entries()) {
    const share = room / (ascending.length - at);
    if (size > share) return Math.floor(share);
    room -= size;
  }
  return Number.POSITIVE_INFINITY;
}

function artifactsOf({ context_artifacts }: EndedSession, joined: readonly Participant[]): Record<string, unknown> {
  const composed: Record<string, unknown> = { ...context_artifacts };
  for (const { agent_name, artifacts } of joined) {
    if (Object.keys(artifacts).length === 0) continue;
    const name = agent_name ?? "(no name)";
    let key = name;
    for (let number = 2; Object.hasOwn(composed, key); number += 1) key = `${name} (${number})`;
    composed[key] = artifacts;
  }
  return composed;
}

function characters(texts: readonly Said[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}
