import type { Firestore } from "@google-cloud/firestore";
import { newSession } from "../../src/board/model/session.js";
import type { Agent, Answer } from "./client.js";

let made = 0;
const stamp = () => new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");

/** A time as the turn log gives it: UTC, to the second. */
export const TO_THE_SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A valid session id that no other test uses; the time in it is now. */
export const newSessionId = (agent = "ClaudeCowork"): string => `${agent}-${stamp()}-test-${process.pid}-${++made}`;
/** A valid request id that no other test uses; the time in it is now. */
export const newRequestId = (): string => `req-${stamp()}-test-${process.pid}-${++made}`;

/** Opens a session on a connection and gives its id. */
export async function openLog({ call }: Pick<Agent, "call">, agent = "ClaudeCowork"): Promise<string> {
  const sessionId = newSessionId(agent);
  await call("sessionlog_open_session", { agent, sessionId, title: "A session" });
  return sessionId;
}

/** Begins a turn on a connection, in its current session or the one that `names` names, and gives its id. */
export async function beginTurn({ call }: Pick<Agent, "call">, names: Record<string, unknown> = {}): Promise<string> {
  const requestId = newRequestId();
  await call("sessionlog_begin_turn", { ...names, requestId, queryTitle: "A turn", queryText: "Do it" });
  return requestId;
}

/** Dialog items whose contents are numbered, from `first` on. */
export const dialog = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) => ({ role: "model", content: `item ${first + at}`, category: "reasoning" }));

/** An action on a file, as an agent appends it to a turn. */
export const action = (type: string, filePath: string, status = "completed") => ({
  description: `${type} ${filePath}`,
  type,
  status,
  filePath,
});

/** Readers of what is stored of a session and one of its turns. */
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

/** Stores a log session as another client may have left it. */
export async function storeLogSession(
  db: Firestore,
  id: string,
  agent_name: string,
  updated_at: Date,
  fields: object = {},
): Promise<void> {
  await db.doc(`sessions/${id}`).set({ ...newSession(updated_at, { kind: "log", agent_name }), ...fields });
}

/** Stores the session that the session-log document shows as the example of a history. */
export async function storeExampleSession(db: Firestore): Promise<void> {
  const id = "ClaudeCowork-20260409T120001Z-implement-auth";
  await storeLogSession(db, id, "ClaudeCowork", new Date("2026-04-09T12:30:00.999Z"), {
    title: "Implement JWT authentication",
    model: "claude-sonnet-4-6",
    started_at: new Date("2026-04-09T12:00:01Z"),
    status: "completed",
    turn_count: 3,
    files_modified_count: 5,
    tags: ["auth", "jwt", "security"],
  });
}
