import type { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll } from "vitest";
import type { Store } from "../../src/firestore/store.js";
import { type Agent, type Answer, startAgent, ToolError } from "../support/client.js";
import { freshDatabase, lane, type TestDatabase } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";

/** Several server processes on one database, each with its store already open, and direct access to what they store. */
export interface RaceServers {
  /** One client for each process. */
  agents: Agent[];
  /** The environment of the servers, for more of them. */
  env: Record<string, string>;
  store: Store;
  db: Firestore;
  /** Calls the first server, for what is no part of a race. */
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  /** The stored documents whose field has this value, with `id` and `createTime`. */
  find(collection: "tasks" | "sessions" | "activity_log", field: string, value: string): Promise<Answer[]>;
}

/** How many processes race: fewer on the official emulator, which takes seconds for four. */
export const PROCESSES = lane === "embedded" ? 8 : 4;
/** How often a race of two is repeated. */
const ROUNDS = lane === "embedded" ? 10 : 2;

/** Starts the servers before the tests of a file and ends them after. */
export function useServers(size: number = PROCESSES): RaceServers {
  const servers = {} as RaceServers;
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await freshDatabase();
    const env = { ...database.env, FIREBOARD_DEADLINE_MS: "55000", FIREBOARD_TELEMETRY_DEADLINE_MS: "30000" };
    const names = Array.from({ length: size }, (_, at) => `racer-${at}`);
    const [{ store, db }, ...agents] = await Promise.all([
      openDatabase(database.config),
      ...names.map((name) => startAgent(env, name)),
    ]);
    // The first call opens the store, which would decide a race.
    await Promise.all(agents.map((agent) => agent.call("board_get_projects")));
    const call: RaceServers["call"] = (tool, args) => (agents[0] as Agent).call(tool, args);
    const find: RaceServers["find"] = async (collection, field, value) => {
      const found = await db.collection(collection).where(field, "==", value).get();
      return found.docs.map((doc) => ({ ...doc.data(), id: doc.id, createTime: doc.createTime }));
    };
    Object.assign(servers, { agents, env, store, db, call, find });
  });
  afterAll(async () => {
    await Promise.all(servers.agents?.map((agent) => agent.close()) ?? []);
    await servers.store?.close();
    await database?.remove();
  });
  return servers;
}

/** Waits for calls that run at once; gives the results and the error codes of refusals. Throws any other error. */
export async function race(calls: Promise<Answer>[]): Promise<{ won: Answer[]; lost: string[] }> {
  const won: Answer[] = [];
  const lost: string[] = [];
  for (const outcome of await Promise.allSettled(calls)) {
    if (outcome.status === "fulfilled") won.push(outcome.value);
    else if (outcome.reason instanceof ToolError) lost.push(outcome.reason.code);
    else throw outcome.reason;
  }
  return { won, lost };
}

/** The rounds of a race, as a table for `it.each`. */
export const rounds = Array.from({ length: ROUNDS }, (_, at) => at + 1);
