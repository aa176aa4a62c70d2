import type { Agent, Answer } from "./client.js";

/** For tests of what the session tools do, not of how long they wait: the official emulator and busy machines are slow. */
export const PATIENCE = { FIREBOARD_TELEMETRY_DEADLINE_MS: "30000" };

/** The text block behind a session tool's JSON: its second content item, undefined when there is none. */
export async function blockOf(agent: Agent, tool: string, args: Record<string, unknown>): Promise<string | undefined> {
  const { content, isError } = await agent.client.callTool({ name: tool, arguments: args });
  if (isError) throw new Error(`${tool} was refused`);
  return (content as { text: string }[])[1]?.text;
}

/** What the agents' documents do: finds a session in sessionQuery's answer, because there is no filter by id. */
export const findSession = (answer: Answer, id: string): Answer =>
  answer.sessions.find(({ sessionId }: { sessionId: string }) => sessionId === id);
