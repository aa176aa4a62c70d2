import type { StatePart } from "../core/connection-state.js";
import { sha256 } from "../core/digest.js";
import { jsonBytes, tokensOfBytes } from "../core/tokens.js";
import type { Section } from "./scopes.js";
import type { Content } from "./sections.js";

/** The hash of each section as an agent was last sent it. */
export type Delivered = Partial<Record<Section, string>>;

/**
 * What was delivered over one connection, by agent and project. It lives and dies with the connection: another process
 * that serves the same agent_id serves another context, which has not been sent anything yet.
 */
export const deliveredPart: StatePart<Map<string, Delivered>> = { make: () => new Map() };

const SKIPPED = { skipped: true, reason: "unchanged since it was last sent to this agent" };

/**
 * What to send of the sections, given what the agent has; and what it has then. `compared` is the same without the
 * agent's own session, which is no news to it. Pure.
 */
export function incremental(
  sections: Partial<Record<Section, Content>>,
  compared: Partial<Record<Section, Content>>,
  delivered: Delivered,
) {
  const sent: Partial<Record<Section, Content>> = {};
  const after: Delivered = { ...delivered };
  let savedBytes = 0;
  for (const [name, content] of Object.entries(sections) as [Section, Content][]) {
    const hash = sha256(JSON.stringify(compared[name]));
    if (delivered[name] === hash) {
      sent[name] = SKIPPED;
      savedBytes += Math.max(0, jsonBytes(content) - jsonBytes(SKIPPED));
    } else {
      sent[name] = content;
      after[name] = hash;
    }
  }
  return { sent, after, tokensSaved: tokensOfBytes(savedBytes) };
}
