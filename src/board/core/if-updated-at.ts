import { BoardError } from "./errors.js";
import { iso } from "./result.js";

/**
 * Refuses an edit of something that has changed since the caller read it (`if_updated_at`, docs/contracts.md 3):
 * `conflict`, with the current state in its details.
 */
export function refuseStale(
  noun: "project" | "task",
  id: string,
  updatedAt: Date | null,
  expected: string | undefined,
  current: () => object,
): void {
  if (expected === undefined || updatedAt?.getTime() === Date.parse(expected)) return;
  throw new BoardError(
    "conflict",
    `The ${noun} ${id} has changed since ${expected}.`,
    "Look at the current state in details, then call again with its updated_at.",
    { updated_at: iso(updatedAt), current: current() },
  );
}
