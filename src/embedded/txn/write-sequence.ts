import { formatPath } from "../encoding/resource-path.js";
import { toMicros } from "../encoding/timestamps.js";
import { invalidRequest } from "../errors.js";
import type { PlannedWrite } from "./planned-write.js";

/** What a write does to its document, as far as the order of writes has rules. */
type Kind = "insert" | "update" | "upsert" | "delete" | "verify";

interface Seen {
  kind: Kind;
  /** The update time that the first write of the document asked for. */
  version: number | undefined;
}

/**
 * Refuses a commit whose writes of one document cannot be taken together, whatever the document is: creating what the
 * commit has already written, updating what it has deleted, expecting an update time after another write, verifying
 * what it writes.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#commitrequest
 */
export function checkSequence(writes: readonly PlannedWrite[]): void {
  const seen = new Map<string, Seen>();
  for (const write of writes) {
    const name = formatPath(write.path);
    const before = seen.get(name);
    const kind = kindOf(write);
    const version = versionOf(write);
    if (before) {
      if (!follows(before.kind, kind, write)) {
        throw invalidRequest(`Cannot ${before.kind} then ${kind} a document in the same commit: ${name}`);
      }
      if (version !== undefined && version !== before.version) {
        throw invalidRequest(`A later write of the same commit cannot expect an update time: ${name}`);
      }
    }
    seen.set(name, { kind, version: before ? before.version : version });
  }
}

function follows(before: Kind, kind: Kind, write: PlannedWrite): boolean {
  if (before === "verify" || kind === "verify") return false;
  if (kind === "insert") return before === "delete";
  if (before !== "delete") return true;
  return kind === "upsert" || (kind === "delete" && !write.precondition?.exists);
}

function kindOf({ change, precondition }: PlannedWrite): Kind {
  if (change === "none") return "verify";
  if (change === "delete") return "delete";
  if (!precondition) return "upsert";
  return precondition.conditionType === "exists" && !precondition.exists ? "insert" : "update";
}

function versionOf({ precondition }: PlannedWrite): number | undefined {
  return precondition?.conditionType === "updateTime" ? toMicros(precondition.updateTime ?? {}) : undefined;
}
