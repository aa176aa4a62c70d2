import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AlreadyDone,
  type IdempotencyKey,
  keepResult,
  keyRef,
  refuseRepetition,
} from "../../../src/board/core/idempotency.js";
import type { Ref, Store, Tx } from "../../../src/firestore/store.js";
import { minutes, NOW, sampleSnapshot } from "../samples.js";

const DAY = 24 * 60;
const asked: IdempotencyKey = {
  principal: null,
  tool: "board_create_task",
  project_id: "p",
  key: "k",
  args: { title: "x" },
};

/** The document that is stored for a call, as it is read later. */
function kept(key: IdempotencyKey, result: unknown): Record<string, unknown> {
  let stored: Record<string, unknown> = {};
  const create = (_: Ref, document: Record<string, unknown>) => {
    const asTimestamp = (value: unknown) => (value instanceof Date ? { toDate: () => value } : value);
    stored = Object.fromEntries(Object.entries(document).map(([field, value]) => [field, asTimestamp(value)]));
  };
  keepResult({ create } as unknown as Tx, key, sampleSnapshot("x", undefined), result, NOW);
  return stored;
}

/** What a call under a key finds when this document is stored: an error code, the first result, or nothing. */
function finds(key: IdempotencyKey, document: Record<string, unknown> | undefined, after = 0): unknown {
  try {
    refuseRepetition(key, sampleSnapshot("x", document), minutes(after));
    return "nothing";
  } catch (error) {
    return error instanceof AlreadyDone ? error.stored : (error as { code: string }).code;
  }
}

describe("a repeated call under one key", () => {
  const document = kept(asked, { id: "t1" });

  it("finds the first result for seven days", () => {
    expect(finds(asked, document)).toEqual({ id: "t1" });
    expect(finds(asked, document, 7 * DAY - 1)).toEqual({ id: "t1" });
    expect(finds(asked, document, 7 * DAY)).toBe("nothing");
  });

  it("is a conflict with other arguments", () => {
    expect(finds({ ...asked, args: { title: "y" } }, document)).toBe("conflict");
    expect(finds({ ...asked, args: {} }, document)).toBe("conflict");
  });

  it.each([
    ["no document", undefined],
    ["an unreadable one", { fingerprint: 1, result: "{}", expires_at: null }],
    ["one without a time", { ...document, expires_at: null }],
  ])("finds nothing when there is %s", (_, found) => {
    expect(finds(asked, found)).toBe("nothing");
  });

  it("is recognised whatever the order of its arguments, at any depth", () => {
    const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
    fc.assert(
      fc.property(args, (given) => {
        expect(finds({ ...asked, args: reversed(given) }, kept({ ...asked, args: given }, "first"))).toBe("first");
      }),
    );
  });

  it("differs from every call with other arguments", () => {
    const args = fc.dictionary(fc.string({ maxLength: 2 }), fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true });
    fc.assert(
      fc.property(args, args, (one, other) => {
        fc.pre(canonical(one) !== canonical(other));
        expect(finds({ ...asked, args: other }, kept({ ...asked, args: one }, "first"))).toBe("conflict");
      }),
    );
  });
});

it("keys of different principals, tools and projects are different documents", () => {
  const store = { ref: (_: string, id: string) => id } as unknown as Store;
  const stdio = { principal: null, tool: "a" };
  const keys: Omit<IdempotencyKey, "args">[] = [
    { ...stdio, project_id: null, key: "k" },
    { ...stdio, project_id: null, key: "k", tool: "b" },
    { ...stdio, project_id: null, key: "k", principal: "one" },
    { ...stdio, project_id: null, key: "k", principal: "other" },
    { ...stdio, project_id: null, key: "k", principal: "null" },
    { ...stdio, project_id: "k", key: "k" },
    { ...stdio, project_id: "p", key: "k" },
    { ...stdio, project_id: "p", key: "k2" },
    { ...stdio, project_id: "null", key: "k" },
  ];
  const refs = keys.map((key) => keyRef(store, { ...key, args: {} }));
  expect(new Set(refs).size).toBe(keys.length);
  expect(refs).toEqual(keys.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
});

/** The same value with the keys of each object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

/** Another, slower way to compare values as JSON: sorted paths with their values. */
function canonical(value: unknown, path = "$"): string {
  if (typeof value !== "object" || value === null) return `${path}=${JSON.stringify(value)};`;
  const kind = Array.isArray(value) ? "[]" : "{}";
  const parts = Object.entries(value).map(([key, item]) => canonical(item, `${path}/${JSON.stringify(key)}`));
  return `${path}${kind};${parts.sort().join("")}`;
}
