import { expect, test } from "vitest";
import { callOver, connectHttp, type HttpServer, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";

const database = useDatabases();
const start = useHttpServers();

const CALLS = 50;

/** What became of a call: its answer, a refusal that says that it was not begun, or nothing. */
async function outcome(server: HttpServer, project_id: string, title: string) {
  const params = { name: "board_create_task", arguments: { project_id, title } };
  try {
    const answer = await server.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    const text = await answer.text();
    if (answer.status === 200) return { title, made: text.includes('"structuredContent"'), status: 200 };
    return { title, made: false, status: answer.status };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return { title, made: false, status: cause?.code ?? String(error) };
  }
}

test("after SIGTERM what has begun is answered, the rest refused, and nothing is half done", async () => {
  const db = await database();
  const server = await start(db.env);
  const call = callOver(await connectHttp(server));
  const { id } = await call("board_create_project", { name: "Apollo" });
  const outcomes = Array.from({ length: CALLS }, (_, at) => outcome(server, id, `task ${at}`));
  // In the middle of them: some are answered, others run or are on their way.
  await Promise.race(outcomes);
  server.kill("SIGTERM");
  const ended = await Promise.all(outcomes);
  expect(await server.exited).toBe(0);
  const after = await server.logged(({ event }) => event === "stopped");
  expect(after).toMatchObject({ reason: "SIGTERM", store_closed: true });

  const answered = ended.filter(({ made }) => made).map(({ title }) => title);
  expect(answered.length).toBeGreaterThan(0);
  // Refused as not begun, or never taken: the connection was refused or closed before the call was read.
  const unbegun = ended.filter(({ made }) => !made);
  expect(
    unbegun.filter(({ status }) => ![503, "ECONNREFUSED", "UND_ERR_SOCKET", "ECONNRESET"].includes(status)),
  ).toEqual([]);
  const { db: client, store } = await openDatabase(db.config);
  const tasks = await client.collection("tasks").get();
  const entries = await client.collection("activity_log").where("action", "==", "created").get();
  await store.close();
  expect(tasks.docs.map((task) => task.get("title")).toSorted()).toEqual(answered.toSorted());
  const logged = new Set(entries.docs.map((entry) => entry.get("task_id")));
  expect(tasks.docs.filter((task) => !logged.has(task.id))).toEqual([]);
});
