import type { Firestore } from "@google-cloud/firestore";
import type { Agent, Answer } from "./client.js";

let made = 0;
const stamp = () => new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");

/** An id of the document's format that no other test of this process has; the time in it is now. */
export const newSessionId = (agent = "ClaudeCowork") => `${agent}-${stamp()}-test-${process.pid}-${++made}`;
export const newRequestId = () => `req-${stamp()}-test-${process.pid}-${++made}`;

/** Opens a session over a connection and gives its id. */
export async function openLog({ call }: Pick<Agent, "call">, agent = "ClaudeCowork"): Promise<string> {
  const sessionId = newSessionId(agent);
  await call("sessionlog_open_session", { agent, sessionId, title: "A session" });
  return sessionId;
}

/** Begins a turn over a connection, in its own session or the named one, and gives its id. */
export async function beginTurn({ call }: Pick<Agent, "call">, names: Record<string, unknown> = {}): Promise<string> {
  const requestId = newRequestId();
  await call("sessionlog_begin_turn", { ...names, requestId, queryTitle: "A turn", queryText: "Do it" });
  return requestId;
}

/** Dialog items whose contents tell their order. */
export const dialog = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) => ({ role: "model", content: `item ${first + at}`, category: "reasoning" }));

export const action = (type: string, filePath: string, status = "completed") => ({
  description: `${type} ${filePath}`,
  type,
  status,
  filePath,
});

/** What is stored of a session's turn log. */
export function stored(db: Firestore, sessionId: string, requestId: string) {
  const session = db.doc(`sessions/${sessionId}`);
  const turn = session.collection("turns").doc(requestId);
  const rows = async (name: "dialog" | "actions"): Promise<Answer[]> => {
    const { docs } = await turn.collection(name).orderBy("ordinal").get();
    return docs.map((document) => document.data());
  };
  return {
    session: async (): Promise<Answer> => (await session.get()).data(),
    turn: async (): Promise<Answer> => (await turn.get()).data(),
    dialog: () => rows("dialog"),
    actions: () => rows("actions"),
  };
}
