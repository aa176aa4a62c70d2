import { describe, expect, it } from "vitest";
import { readDocument, readDocuments } from "../../../src/board/core/read-document.js";
import { activityDocument } from "../../../src/board/model/activity.js";
import { plain } from "../../../src/board/model/fields.js";
import { projectDocument } from "../../../src/board/model/project.js";
import { sessionDocument } from "../../../src/board/model/session.js";
import { taskDocument } from "../../../src/board/model/task.js";
import { NOW, sampleSnapshot } from "../samples.js";

const timestamp = { toDate: () => NOW };

describe("a document without any of our fields reads as its defaults", () => {
  it.each([
    ["project", projectDocument, { name: "", status: "active", priority: "medium", metadata: {}, created_at: null }],
    [
      "task",
      taskDocument,
      { title: "", status: "todo", priority: "medium", depends_on: [], lease: null, metadata: {}, completed_at: null },
    ],
    [
      "session",
      sessionDocument,
      { kind: "board", status: "active", context_artifacts: {}, input_tokens: 0, cost_usd: null, tags: [] },
    ],
    ["entry", activityDocument, { agent_name: "system", action: "updated", project_id: null, metadata: {} }],
  ] as const)("%s", (noun, schema, fields) => {
    expect(readDocument(schema, noun, sampleSnapshot("x", {}))).toMatchObject({ ...fields, id: "x" });
  });
});

it("null is read as the default in lists, maps and the lease", () => {
  const fields = { depends_on: null, metadata: null, lease: null, created_at: null, description: null };
  expect(readDocument(taskDocument, "task", sampleSnapshot("x", fields))).toMatchObject({
    depends_on: [],
    metadata: {},
    lease: null,
    created_at: null,
    description: null,
  });
});

it("a lease of another client may lack its minutes, its session and its holder", () => {
  const lease = { agent_name: "ann", expires_at: timestamp };
  expect(readDocument(taskDocument, "task", sampleSnapshot("x", { lease })).lease).toEqual({
    agent_name: "ann",
    session_id: null,
    holder: null,
    minutes: 60,
    expires_at: NOW,
  });
});

it("values that no tool writes are read unchanged: a lead may edit in the console", () => {
  const odd = { status: "parked", priority: "p0", riper_mode: "dream" };
  expect(readDocument(taskDocument, "task", sampleSnapshot("x", odd))).toMatchObject(odd);
});

describe("a field of a wrong type", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ title: 1 }, "title"],
    [{ depends_on: "a" }, "depends_on"],
    [{ depends_on: ["a", 1] }, "depends_on"],
    [{ created_at: "2026-01-01" }, "created_at"],
    [{ metadata: [] }, "metadata"],
    [{ lease: { agent_name: "ann" } }, "lease"],
    [{ lease: { agent_name: "ann", expires_at: timestamp, minutes: 0 } }, "lease"],
    [{ status: false, title: {}, lease: "ann" }, "lease, status, title"],
  ])("%o: a get is refused, naming %s; a list leaves the document out and says so", (fields, named) => {
    const corrupt = sampleSnapshot("bad", fields);
    const message = `The task bad has a field of a wrong type: ${named}.`;
    const read = () => readDocument(taskDocument, "task", corrupt);
    expect(read).toThrow(expect.objectContaining({ code: "corrupt_document", message }));
    const { rows, warnings } = readDocuments(taskDocument, "task", [corrupt, sampleSnapshot("good", {})]);
    expect(rows.map(({ id }) => id)).toEqual(["good"]);
    expect(warnings).toEqual([message]);
  });
});

it("free-form data that JSON lacks becomes text or a plain object", () => {
  const stored = {
    point: Object.assign(Object.create({}), { latitude: 1, longitude: 2 }),
    reference: Object.assign(Object.create({}), { path: "tasks/x" }),
    bytes: Buffer.from("hi"),
    numbers: [Number.NaN, Number.POSITIVE_INFINITY, -1.5],
    deep: { when: Object.assign(Object.create({}), timestamp), list: [{ not: Number.NaN }] },
    nothing: null,
  };
  expect(plain(stored)).toEqual({
    point: { latitude: 1, longitude: 2 },
    reference: "tasks/x",
    bytes: "aGk=",
    numbers: ["NaN", "Infinity", -1.5],
    deep: { when: NOW.toISOString(), list: [{ not: "NaN" }] },
    nothing: null,
  });
});
