import { randomUUID } from "node:crypto";
import type { Agent, Answer } from "./client.js";

/** A long deadline, for tests of what the session tools do and not of how long they wait: the machine may be busy. */
export const PATIENCE = { FIREBOARD_TELEMETRY_DEADLINE_MS: "30000" };

/** The name of the agent that opens context sessions in tests. */
export const LEADER = "dev-execute-leader";

/** A story id that no other test uses, so that tests do not see each other's sessions. */
export const newStoryId = (): string => `WINT-${randomUUID().slice(0, 8)}`;

/** Opens a context session of the leader and gives its id. */
export async function openContextSession(
  { call }: Pick<Agent, "call">,
  fields: Record<string, unknown> = {},
): Promise<string> {
  return (await call("sessionCreate", { agentName: LEADER, ...fields })).sessionId;
}

/** The text block behind a session tool's JSON: its second content item, undefined when there is none. */
export async function blockOf(agent: Agent, tool: string, args: Record<string, unknown>): Promise<string | undefined> {
  const { content, isError } = await agent.client.callTool({ name: tool, arguments: args });
  if (isError) throw new Error(`${tool} was refused`);
  return (content as { text: string }[])[1]?.text;
}

/** The ids of the sessions in an answer of sessionQuery or sessionlog_query_history, in its order. */
export const sessionIds = ({ sessions }: Answer): string[] =>
  sessions.map(({ sessionId }: { sessionId: string }) => sessionId);

/** Finds a session in an answer of sessionQuery by its id, as workers have to: there is no filter by id. */
export const findSession = (answer: Answer, id: string): Answer =>
  answer.sessions.find(({ sessionId }: { sessionId: string }) => sessionId === id);
