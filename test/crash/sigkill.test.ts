import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import type { Answer } from "../support/client.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { startInitialized } from "../support/raw-server.js";
import { nothingAcknowledged, seededRandom, writeUntilKilled } from "./write-until-killed.js";

const ROUNDS = 20;
/** How many answers arrive before the kill. */
const [FEWEST, MOST] = [1, 40];

/** FIREBOARD_TEST_SEED repeats a run; which calls the kill interrupts still depends on the machine. */
const seed = Number(process.env.FIREBOARD_TEST_SEED ?? randomInt(2 ** 32));
const random = seededRandom(seed);
const known = nothingAcknowledged();
let database: TestDatabase;

beforeAll(async () => {
  process.stdout.write(`crash seed: FIREBOARD_TEST_SEED=${seed}\n`);
  database = await freshDatabase();
});
afterAll(() => database?.remove());

describe(`a server killed while it writes (seed ${seed})`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, at) => at + 1))("round %i", async () => {
    const server = await startInitialized(database.env);
    const answers = FEWEST + Math.floor(random() * (MOST - FEWEST));
    await writeUntilKilled(server, known, random, answers);
    expect(await server.exited).toBe("SIGKILL");

    const board = await readAll();
    expect(everyChangeHasItsEntry(board)).toEqual([]);
    expect(acknowledgedButGone(board)).toEqual([]);
  });

  it("the file is undamaged after all of them", () => {
    expect(runCli(["store", "check"], database.env)).toMatchObject({ status: 0 });
  });
});

interface Board {
  projects: Map<string, Answer>;
  tasks: Map<string, Answer>;
  sessions: Map<string, Answer>;
  entries: Map<string, Answer>;
  /** Sessions with a part of their own for what a restarted server was told. */
  shared: Set<string | undefined>;
}

async function readAll(): Promise<Board> {
  const { store, db } = await openDatabase(database.config);
  const all = async (collection: "projects" | "tasks" | "sessions" | "activity_log") => {
    const found = await db.collection(collection).get();
    return new Map(found.docs.map((doc) => [doc.id, doc.data()]));
  };
  const [parts, projects, tasks, sessions, entries] = await Promise.all([
    db.collectionGroup("participants").get(),
    all("projects"),
    all("tasks"),
    all("sessions"),
    all("activity_log"),
  ]);
  await store.close();
  const said = parts.docs.filter((part) => part.get("summary") !== null);
  return { projects, tasks, sessions, entries, shared: new Set(said.map(({ ref }) => ref.parent.parent?.id)) };
}

/** Where state and activity disagree, in words. Each creation, deletion, metadata key and status change has an entry. */
function everyChangeHasItsEntry({ projects, tasks, sessions, entries }: Board): string[] {
  const all = [...entries.values()];
  const count = (test: (entry: Answer) => boolean) => all.filter(test).length;
  const faults: string[] = [];
  const same = (what: string, stored: number, logged: number) => {
    if (stored !== logged) faults.push(`${what}: ${stored} stored, ${logged} logged`);
  };
  for (const [id, project] of projects) {
    const own = all.filter((entry) => entry.project_id === id && entry.task_id === null && entry.session_id === null);
    same(`project ${id}`, 1, own.filter(({ action }) => action === "created").length);
    const updates = own.filter(({ action }) => action === "updated").length;
    same(`metadata of project ${id}`, Object.keys(project.metadata).length, updates);
  }
  const loggedTasks = new Set(all.map(({ task_id }) => task_id).filter((id) => id !== null));
  for (const id of new Set([...tasks.keys(), ...loggedTasks])) {
    const task = tasks.get(id);
    const own = all.filter((entry) => entry.task_id === id);
    const deleted = own.filter(({ action }) => action === "deleted").length;
    same(`creation of task ${id}`, 1, own.filter(({ action }) => action === "created").length);
    same(`deletion of task ${id}`, task ? 0 : 1, deleted);
    if (!task) continue;
    const keys = own.filter(({ metadata }) => metadata.changes?.includes("metadata")).length;
    same(`metadata of task ${id}`, Object.keys(task.metadata).length, keys);
    for (const status of new Set(own.flatMap(({ metadata }) => [metadata.from, metadata.to]))) {
      if (typeof status !== "string") continue;
      const entered = own.filter(({ metadata }) => metadata.to === status).length;
      const left = own.filter(({ metadata }) => metadata.from === status).length;
      same(`status ${status} of task ${id}`, task.status === status ? 1 : 0, entered - left);
    }
  }
  same(
    "sessions",
    sessions.size,
    count(({ action }) => action === "session_started"),
  );
  for (const [id, session] of sessions) {
    const ended = count(({ action, session_id }) => action === "session_ended" && session_id === id);
    same(`end of session ${id}`, session.status === "active" ? 0 : 1, ended);
  }
  for (const id of projects.keys()) {
    const active = [...sessions.values()].filter(({ status, project_id }) => status === "active" && project_id === id);
    if (active.length > 1) faults.push(`project ${id} has ${active.length} active sessions`);
  }
  return faults;
}

/** What the server has acknowledged and is not stored. */
function acknowledgedButGone({ projects, tasks, sessions, entries, shared }: Board): string[] {
  const missing = (what: string, ids: Iterable<string>, there: (id: string) => boolean) =>
    [...ids].filter((id) => !there(id)).map((id) => `${what} ${id}`);
  const mayBeDeleted = new Set([...entries.values()].filter((e) => e.action === "deleted").map((e) => e.task_id));
  const keys = [...known.keys].flatMap(([id, set]) => {
    const holder = tasks.get(id) ?? projects.get(id);
    return holder ? missing(`key of ${id}:`, set, (key) => key in holder.metadata) : [];
  });
  return [
    ...missing("project", known.projects, (id) => projects.has(id)),
    ...missing("task", known.tasks, (id) => tasks.has(id) || mayBeDeleted.has(id)),
    ...missing("deletion of", known.deleted, (id) => !tasks.has(id)),
    ...missing("session", known.sessions, (id) => sessions.has(id)),
    ...missing("end of session", known.ended, (id) => shared.has(id) || sessions.get(id)?.progress_summary !== null),
    ...missing("entry", known.entries, (id) => entries.has(id)),
    ...keys,
  ];
}
