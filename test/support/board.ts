import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll } from "vitest";
import type { Store } from "../../src/firestore/store.js";
import { type Agent, type Answer, startAgent } from "./client.js";
import { freshDatabase, type TestDatabase } from "./lane.js";
import { type OpenDatabase, openDatabase } from "./open-database.js";
import "./matchers.js";

/** A board for the tests of one file: one server on a fresh database, and direct access to that database. */
export interface TestBoard {
  /** The client of the server. */
  agent: Agent;
  database: TestDatabase;
  /** The same database in this process, as the board sees it. */
  store: Store;
  /** Google's client of it: to see what is stored, and to store what other clients might. */
  db: Firestore;
  /** Calls a tool; throws ToolError when the server refuses. */
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  /** A new project's id; each test makes its own, so that tests do not see each other. */
  project(fields?: Record<string, unknown>): Promise<string>;
  /** A new task's id. */
  task(project_id: string, fields?: Record<string, unknown>): Promise<string>;
  /** Ends a session, with a summary when `notes` has none. */
  endSession(session_id: string, notes?: Record<string, unknown>): Promise<Answer>;
  /** The stored fields of a document, undefined when there is none. */
  stored(collection: "projects" | "tasks" | "sessions" | "activity_log", id: string): Promise<Answer>;
  /** All entries of a project, oldest first. */
  entries(project_id: string): Promise<Answer[]>;
}

/** The ids of rows, in their order. */
export const ids = (rows: Answer[]): string[] => rows.map(({ id }) => id);

/** Starts a board before the tests of a file and removes it after them; `env` adds settings of the server. */
export function useBoard(env: Record<string, string> = {}): TestBoard {
  const board = {} as TestBoard;
  beforeAll(async () => {
    const database = await freshDatabase();
    const [agent, open] = await Promise.all([startAgent({ ...database.env, ...env }), openDatabase(database.config)]);
    Object.assign(board, boardOn(database, agent, open));
  });
  afterAll(async () => {
    await board.agent?.close();
    await board.store?.close();
    await board.database?.remove();
  });
  return board;
}

function boardOn(database: TestDatabase, agent: Agent, { store, db }: OpenDatabase): TestBoard {
  const call = agent.call;
  return {
    agent,
    database,
    store,
    db,
    call,
    project: async (fields = {}) => (await call("board_create_project", { name: "A project", ...fields })).id,
    task: async (project_id, fields = {}) =>
      (await call("board_create_task", { project_id, title: "A task", ...fields })).id,
    endSession: (session_id, notes = {}) =>
      call("board_end_session", { session_id, progress_summary: "done", ...notes }),
    stored: async (collection, id) => (await db.doc(`${collection}/${id}`).get()).data(),
    async entries(project_id) {
      const page = await call("board_get_activity", { project_id, limit: 200 });
      return page.entries.reverse();
    },
  };
}
