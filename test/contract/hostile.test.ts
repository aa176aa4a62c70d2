import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLLECTIONS } from "../../src/firestore/collections.js";
import { TOOLS } from "../../src/tools/index.js";
import { useBoard } from "../support/board.js";
import { outcomeOf } from "../support/client.js";
import { hostileArguments, type KnownIds, nastyArguments } from "../support/hostile.js";
import { lane } from "../support/lane.js";
import { randomRounds } from "../support/random-rounds.js";

// No heartbeats: their timer is the only thing that writes without a call.
const board = useBoard({ FIREBOARD_HEARTBEAT_MS: "600000" });

/** The codes of docs/contracts.md 2 without `internal`, which would be a bug. */
const CODES = [
  ...["invalid_argument", "project_not_found", "project_archived", "task_not_found", "session_not_found"],
  ...["session_not_active", "session_active", "already_claimed", "not_claimable", "invalid_transition"],
  ...["dependency_cycle", "guard_refused", "conflict"],
  ...["invalid_session_id", "session_already_exists", "invalid_request_id", "turn_not_found", "turn_already_exists"],
  ...["turn_immutable", "invalid_turn_state"],
];

/** How many calls of each tool and cursors of each list are tried: fewer on the emulator, which is slower. */
const RUNS = randomRounds(lane === "embedded" ? 12 : 6);
const CURSORS = randomRounds(lane === "embedded" ? 100 : 30);
/** Most nasty values are refused before the store is asked: on the emulator one of so many is tried. */
const EVERY = lane === "embedded" ? 1 : 4;

/** Every document but for signs of life, which may still be on their way when a call has been answered. */
async function everything(): Promise<string[]> {
  const answers = await Promise.all(COLLECTIONS.map((name) => board.db.collection(name).get()));
  return answers.flatMap(({ docs }) => docs.map((doc) => `${doc.ref.path} ${withoutSigns(doc.data())}`)).sort();
}

function withoutSigns({ last_seen_at: _, lease, ...fields }: Record<string, unknown>): string {
  const { expires_at: __, ...held } = (lease ?? {}) as Record<string, unknown>;
  return JSON.stringify({ ...fields, held });
}

describe("a hostile call is answered or refused, and a refused one leaves nothing behind", () => {
  async function known(): Promise<KnownIds> {
    const project = await board.project();
    const parent = await board.task(project);
    const child = await board.task(project, { parent_task_id: parent, depends_on: [parent] });
    const done = await board.task(project, { status: "done" });
    const { session_id } = await board.call("board_create_session", { project_id: project });
    return { project_id: [project], task_id: [parent, child, done], session_id: [session_id] };
  }

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("%s", async (name, tool) => {
    const ids = await known();
    let before = await everything();
    await fc.assert(
      fc.asyncProperty(hostileArguments(tool, ids), async (args) => {
        const answer = await outcomeOf(board, name, args);
        const after = await everything();
        const changed = !isDeepStrictEqual(after, before);
        before = after;
        if ("refusal" in answer) {
          expect(CODES).toContain(answer.refusal.code);
          expect(answer.refusal.message).not.toBe("");
          expect(answer.refusal.hint).not.toBe("");
          expect(answer.refusal.message.length + answer.refusal.hint.length).toBeLessThan(2_000);
        }
        const mayWrite = "result" in answer && !tool.annotations.readOnlyHint;
        expect(changed && !mayWrite).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("%s, each nasty value in each place", async (name, tool) => {
    const ids = await known();
    const codes = new Set<string>();
    const nasty = nastyArguments(tool, ids).filter((_, at) => at % EVERY === 0);
    for (const args of [...nasty, { unknown: true }]) {
      const answer = await outcomeOf(board, name, args);
      if ("refusal" in answer) codes.add(answer.refusal.code);
    }
    expect([...codes].filter((code) => !CODES.includes(code))).toEqual([]);
    expect(codes).toContain("invalid_argument");
  });

  it("the server still answers and has logged no bug", async () => {
    expect(await board.call("board_get_projects", { limit: 1 })).toMatchObject({ projects: [{}] });
    expect(board.agent.stderr()).not.toContain("tool_failed");
  });
});

describe("a forged cursor", () => {
  const time = { s: 1, n: 1 };
  const values = [null, true, "", "\ud800", 1e308, [[1]], {}, { s: 1 }, { s: 1e300, n: 0 }, { s: 1, n: 1e9 }, time];
  const positions = [
    ...values.flatMap((value) => [
      [value, "a"],
      [value, time, "a"],
    ]),
    ...[".", "..", "__x__", "", "a/b", "\0", "\ud800", "é".repeat(1_000), 1, null, {}].map((id) => [time, id]),
    ...[null, [], {}, "x", [time]],
  ];
  const position = fc.oneof(
    { arbitrary: fc.constantFrom<unknown>(...positions), weight: 3 },
    { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
  );
  const bucket = fc.constantFrom<unknown>(0, 1, 2, 4, 5, 6, -1, 1.5, "0", null, "constructor");

  const lists = TOOLS.filter(({ input }) => "cursor" in input.shape);

  it.each(lists.map(({ name, input }) => [name, input.shape] as const))(
    "of %s is refused or a page",
    async (tool, shape) => {
      const project_id = await board.project();
      const { session_id } = await board.call("board_create_session", { project_id });
      for (const _ of ["two", "rows"]) {
        await board.task(project_id, { session_id });
        await board.call("board_create_session", { project_id });
      }
      const args = {
        limit: 1,
        ...("project_id" in shape ? { project_id } : {}),
        ...("part" in shape ? { session_id, part: "activity" } : {}),
      };
      const genuine = (await board.call(tool, args)).next_cursor;
      const [fingerprint] = JSON.parse(Buffer.from(genuine, "base64url").toString());
      await fc.assert(
        fc.asyncProperty(bucket, position, async (at, after) => {
          const cursor = Buffer.from(JSON.stringify([fingerprint, at, after])).toString("base64url");
          const answer = await outcomeOf(board, tool, { ...args, cursor });
          expect("refusal" in answer ? answer.refusal.code : "invalid_argument").toBe("invalid_argument");
        }),
        { numRuns: CURSORS },
      );
    },
  );
});

/** Numbers as JSON can carry them. */
const json = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("what is accepted is stored unchanged", () => {
  const valid = (max: number) =>
    fc.string({ unit: "binary", minLength: 1, maxLength: max }).filter((text) => text.trim() !== "");
  const texts = fc.oneof(
    valid(100),
    fc.constantFrom("\0", "__proto__", "a\r\nb", "\u202e", " x ", "NaN", "👩‍👩‍👧‍👦".repeat(9)),
  );

  it("text, every character of it", async () => {
    const project_id = await board.project();
    await fc.assert(
      fc.asyncProperty(texts, texts, async (title, agent_name) => {
        const { id } = await board.call("board_create_task", { project_id, title, description: title });
        expect(await board.call("board_get_task", { task_id: id })).toMatchObject({ title, description: title });
        const entry = await board.call("board_log_activity", {
          agent_name,
          action: "noted",
          details: title,
          task_id: id,
        });
        const { entries } = await board.call("board_get_activity", { task_id: id, agent_name });
        expect(entries[0]).toMatchObject({ id: entry.id, agent_name, details: title });
      }),
      { numRuns: 20 },
    );
  });

  it("metadata, verbatim", async () => {
    const project_id = await board.project();
    const key = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).filter((name) => !/^__.*__$/s.test(name));
    const leaf = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      json,
    );
    const tree = fc.dictionary(
      key,
      fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, leaf, { maxKeys: 3 })),
      {
        maxKeys: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(tree, async (metadata) => {
        const { session_id } = await board.call("board_create_session", { project_id, metadata });
        const sent = JSON.parse(JSON.stringify(metadata));
        expect((await board.stored("sessions", session_id)).metadata).toEqual(sent);
      }),
      { numRuns: 10 },
    );
  });
});
