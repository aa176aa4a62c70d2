import { status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import type { ListenResponse } from "../../../src/embedded/encoding/messages.js";
import { invalidRequest, StatusError } from "../../../src/embedded/errors.js";
import { addTargetMessages, type Targets, updateAll } from "../../../src/embedded/rpc/target-changes.js";
import type { Target, WatchSnapshot } from "../../../src/embedded/rpc/watch-target.js";

/* What a snapshot means to the targets of one stream, whatever they hold. */

// The targets below do not look at it.
const MOMENT = { clock: 1, readTime: { seconds: "1", nanos: 0 }, resumeToken: Buffer.alloc(1) } as WatchSnapshot;

const change = (id: number): ListenResponse => ({ documentChange: { document: {}, targetIds: [id] } });

function target(id: number, update: () => Generator<ListenResponse>): Target {
  return { id, update, resume: () => false };
}

function* many(id: number, count: number): Generator<ListenResponse> {
  for (let n = 0; n < count; n++) yield change(id);
}

function failing(id: number, error: Error): Target {
  return target(id, function* () {
    yield change(id);
    throw error;
  });
}

const targetsOf = (...targets: Target[]): Targets => new Map(targets.map((one) => [one.id, one]));

it("a target may have any number of documents", () => {
  const large = target(1, () => many(1, 200_000));
  // ADD and CURRENT are around them.
  expect(addTargetMessages(large, MOMENT, undefined)).toHaveLength(200_002);
  expect(updateAll(targetsOf(large), MOMENT)).toHaveLength(200_000);
});

it("a target that fails takes only itself along", () => {
  const targets = targetsOf(
    target(1, () => many(1, 1)),
    failing(2, invalidRequest("so it cannot be asked")),
    target(3, () => many(3, 1)),
  );
  const cause = { code: status.INVALID_ARGUMENT, message: "so it cannot be asked" };
  const removed: ListenResponse = { targetChange: { targetChangeType: "REMOVE", targetIds: [2], cause } };
  expect(updateAll(targets, MOMENT)).toEqual([change(1), removed, change(3)]);
  expect([...targets.keys()]).toEqual([1, 3]);
});

it.each([new StatusError(status.UNAVAILABLE, "later"), new RangeError("a fault of the store")])(
  "what may pass, and a fault, ends the stream: %s",
  (error) => {
    expect(() => updateAll(targetsOf(failing(1, error)), MOMENT)).toThrow(error);
  },
);
