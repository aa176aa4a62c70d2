import fc from "fast-check";
import type { Handoff } from "../../../src/board/handoff/view.js";

/** Texts that take more bytes than characters, or that a careless cut would split inside a character. */
const hostileText = (max: number) =>
  fc.oneof(
    fc.constantFrom(
      "",
      "x",
      "\u0000".repeat(max),
      "😀".repeat(max / 2),
      '"\\\n'.repeat(Math.floor(max / 3)),
      "é".repeat(max),
    ),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
  );

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/);
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const time = nullable(fc.constant("2026-03-01T12:00:00.000Z"));

const notes = fc.record({
  id,
  status: fc.constantFrom("completed", "abandoned"),
  progress_summary: nullable(hostileText(8_000)),
  handoff_notes: nullable(hostileText(40_000)),
  context_artifacts: fc.dictionary(hostileText(1_500), fc.oneof(hostileText(8_000), fc.jsonValue({ maxDepth: 3 })), {
    maxKeys: 6,
    noNullPrototype: true,
  }) as fc.Arbitrary<Record<string, unknown>>,
  started_at: time,
  ended_at: time,
});

const entry = fc.record({
  id,
  action: fc.stringMatching(/^[a-z_]{1,40}$/),
  agent_name: hostileText(100),
  details: nullable(hostileText(4_000)),
  task_id: nullable(id),
  session_id: nullable(id),
  created_at: time,
});

const task = fc.record({
  id,
  title: hostileText(500),
  status: fc.constantFrom("todo", "in_progress"),
  priority: fc.constantFrom("critical", "low"),
  assigned_agent: nullable(hostileText(100)),
  riper_mode: nullable(fc.constant("plan")),
  depends_on: fc.oneof(fc.array(id, { maxLength: 3 }), fc.array(id, { minLength: 50, maxLength: 50 })),
});

const salvaged = fc.record({
  session_id: id,
  tasks_touched: fc.array(fc.record({ id, title: nullable(hostileText(500)), status: nullable(fc.constant("todo")) }), {
    maxLength: 100,
  }),
  tasks_in_progress: fc.array(id, { maxLength: 100 }),
  last_entries: fc.array(entry, { maxLength: 5 }),
});

const since = fc.record({
  time: fc.constant("2026-03-01T12:00:00.000Z"),
  sessions_ended: fc.nat(),
  tasks_changed: fc.nat(),
  tasks_completed: fc.array(fc.record({ id, title: hostileText(500) }), { maxLength: 200 }),
  entries: fc.nat(),
});

/** Handoffs as large and as hostile as stored data can make them. */
export const hostileHandoff: fc.Arbitrary<Handoff> = fc
  .record(
    {
      project: fc.record({
        id,
        name: hostileText(500),
        status: fc.constant("active"),
        description: nullable(hostileText(50_000)),
      }),
      last_session: nullable(notes),
      last_handoff: nullable(notes),
      salvaged,
      active_tasks: fc.array(task, { maxLength: 60 }),
      beyond: fc.nat({ max: 1_000 }),
      recent_activity: fc.array(entry, { maxLength: 20 }),
      since,
      warnings: fc.array(
        fc.string({ minLength: 60, maxLength: 1_700 }).map((text) => text.toWellFormed()),
        {
          minLength: 1,
          maxLength: 100,
        },
      ),
    },
    { requiredKeys: ["project", "last_session", "last_handoff", "active_tasks", "beyond", "recent_activity"] },
  )
  .map(({ beyond, ...handoff }) => ({
    ...handoff,
    active_task_count: handoff.active_tasks.length + beyond,
    omitted: [],
  })) as fc.Arbitrary<Handoff>;
