import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { accessTokenDocument } from "../../src/access/token.js";
import { activityDocument } from "../../src/board/model/activity.js";
import { agentDocument } from "../../src/board/model/agent.js";
import { deliveryDocument } from "../../src/board/model/delivery.js";
import { memoryDocument } from "../../src/board/model/memory.js";
import { participantDocument } from "../../src/board/model/participant.js";
import { projectDocument } from "../../src/board/model/project.js";
import { sessionDocument } from "../../src/board/model/session.js";
import { taskDocument } from "../../src/board/model/task.js";
import { turnDocument } from "../../src/board/model/turn.js";
import type { IndexConfig } from "../../src/embedded/index.js";
import { COLLECTIONS, SUB_COLLECTIONS } from "../../src/firestore/collections.js";
import { ROOT } from "../support/markdown.js";
import { type Stored, useEveryTool } from "./stored-documents.js";
import { codeIn, type Row, rowsWith } from "./tables.js";

/** The models in the code; what has none is known by what the tools store. */
const MODELS: Readonly<Record<string, z.ZodObject>> = {
  projects: projectDocument,
  tasks: taskDocument,
  sessions: sessionDocument,
  activity_log: activityDocument,
  memories: memoryDocument,
  agents: agentDocument,
  deliveries: deliveryDocument,
  access_tokens: accessTokenDocument,
  participants: participantDocument,
  turns: turnDocument,
};

const PAGE = "docs/data-model.md";
const FIELDS = rowsWith(PAGE, "Field", "Type", "Meaning", "Written by", "Index");
const COLLECTION_NAMES: string[] = [...COLLECTIONS, ...Object.keys(SUB_COLLECTIONS)];
/** An archived session is stored as it was. */
const TABLE_OF = (collection: string) => (collection === "sessions_archive" ? "sessions" : collection);

const documented = (collection: string): Row[] =>
  FIELDS.filter(({ heading }) => heading === TABLE_OF(collection)).map(({ row }) => row);
const nameOf = (row: Row): string => codeIn(row.Field ?? "")[0] ?? "";

let stored: Stored;
beforeAll(async () => {
  stored = await useEveryTool();
});
const storedIn = (collection: string) =>
  stored.documents.filter((document) => document.collection === collection).map(({ fields }) => fields);

/** The fields of a model, those of a map in it as `map.field`. */
function fieldsOf(schema: z.ZodObject, prefix = ""): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = objectIn(field);
    return [prefix + name, ...(inner ? fieldsOf(inner, `${prefix}${name}.`) : [])];
  });
}

function objectIn(schema: z.core.$ZodType): z.ZodObject | null {
  if (schema instanceof z.ZodObject) return schema;
  return schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ? objectIn(schema.unwrap()) : null;
}

/** The type of a stored value in the words of the page. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  return "toDate" in value ? "timestamp" : "map";
}

test("lists each collection once", () => {
  const listed = rowsWith(PAGE, "Collection", "Document id").map(({ row }) => codeIn(row.Collection ?? "")[0]);
  expect(listed.toSorted()).toEqual(COLLECTION_NAMES.toSorted());
});

describe.each(COLLECTION_NAMES.map((name) => [name]))("%s", (collection) => {
  test("each field of the code is in the table, and each of the table is in the code", () => {
    const model = MODELS[TABLE_OF(collection)];
    const kept = storedIn(TABLE_OF(collection)).flatMap(Object.keys);
    const known = new Set([...(model ? fieldsOf(model) : []), ...kept]);
    expect(documented(collection).map(nameOf).toSorted()).toEqual([...known].toSorted());
  });

  test("what the tools store has the types of the table", () => {
    const documents = storedIn(collection);
    expect(documents).not.toEqual([]);
    const types = new Map(documented(collection).map((row) => [nameOf(row), row.Type ?? ""]));
    const wrong = documents.flatMap((document) =>
      Object.entries(document).filter(([field, value]) => !types.get(field)?.split(" ").includes(typeOf(value))),
    );
    expect(wrong).toEqual([]);
  });
});

describe("the tools that write", () => {
  const table = FIELDS.map(({ heading, row }) => ({
    field: `${heading}.${nameOf(row)}`,
    writers: row["Written by"] ?? "",
  }));
  /** Says it in words instead of names. */
  const inWords = (writers: string) => codeIn(writers).length === 0 || writers.includes("every tool");

  test("are named where they store a value", () => {
    const said = new Map(table.map(({ field, writers }) => [field, writers]));
    const unsaid = stored.values.filter(({ field, tool }) => {
      const writers = said.get(field) ?? "";
      return !inWords(writers) && !codeIn(writers).includes(tool) && tool !== "sessionCleanup";
    });
    expect(unsaid).toEqual([]);
  });

  test("store a value where they are named", () => {
    const stores = ({ field, tool }: { field: string; tool: string }) =>
      stored.values.some((value) => value.field === field && value.tool === tool);
    const claimed = table
      .filter(({ field, writers }) => !inWords(writers) && !field.includes(".lease."))
      .flatMap(({ field, writers }) => codeIn(writers).map((tool) => ({ field, tool })));
    expect(claimed.filter((claim) => !stores(claim))).toEqual([]);
  });
});

test("marks as exempt what firestore.indexes.json exempts", () => {
  const config = JSON.parse(readFileSync(join(ROOT, "firestore.indexes.json"), "utf8")) as IndexConfig;
  const exempt = config.fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);
  const marked = COLLECTION_NAMES.flatMap((collection) =>
    documented(collection)
      .filter((row) => row.Index === "exempt")
      .map((row) => `${collection}.${nameOf(row)}`),
  );
  expect(marked.toSorted()).toEqual(exempt.toSorted());
});
