import type { Call } from "../core/call.js";
import type { StatePart } from "../core/connection-state.js";

/** The ids of the sessions that session_init opened over one connection, by agent, the latest last. */
const openedPart: StatePart<Map<string, string[]>> = { make: () => new Map() };
/** How many are remembered of one agent, and of how many agents. */
const MOST = { sessions: 20, agents: 1_000 } as const;

/** Remembers a session as opened over this connection, the latest of its agent. */
export function rememberOpened(call: Call, agent: string, sessionId: string): void {
  const opened = call.connection.part(openedPart);
  const ids = [...openedHere(call, agent).filter((id) => id !== sessionId), sessionId];
  // Forgetting costs a question which session is meant; remembering every name for ever would cost memory.
  if (opened.size >= MOST.agents && !opened.has(agent)) opened.clear();
  opened.set(agent, ids.slice(-MOST.sessions));
}

/** The ids of the sessions that this connection opened for an agent, the latest last. */
export function openedHere(call: Call, agent: string): readonly string[] {
  return call.connection.part(openedPart).get(agent) ?? [];
}
