import type { Ref } from "../../firestore/store.js";
import type { Call } from "../core/call.js";
import { sha256 } from "../core/digest.js";
import { invalidArgument } from "../core/errors.js";
import { jsonBytes } from "../core/tokens.js";
import { createdMark } from "../core/write.js";
import { type ActionStatus, type DialogCategory, type DialogRole, TURN_LIMITS } from "../model/turn.js";
import { editTurn } from "./edit-turn.js";
import type { NamesTurn } from "./named-turn.js";

/** A dialog item as the caller gives it. */
export interface DialogItem {
  /** ISO 8601; the time of the call when not given. */
  timestamp?: string | undefined;
  role: DialogRole;
  content: string;
  category: DialogCategory;
}

/** An action as the caller gives it. */
export interface Action {
  order?: number | undefined;
  description: string;
  type: string;
  status: ActionStatus;
  filePath: string;
}

/** What these types of action do to a file counts as modifying it, unless it failed. */
const MODIFIES: ReadonlySet<string> = new Set(["create", "edit", "delete"]);

/**
 * Adds dialog items to an open turn, each a document of its own (docs/contracts.md 5, appendDialog). Their ordinals go
 * on where the turn's count stands, so that order needs no look at what is there. Throws what editTurn throws.
 */
export async function appendDialog(call: Call, { dialogItems, ...names }: NamesTurn & { dialogItems: DialogItem[] }) {
  refuseTooLarge("dialogItems", dialogItems);
  const ids = dialogItems.map(() => call.newId());
  const ref = (turn: Ref, at: number) => call.store.sub(turn, "dialog", ids[at] ?? call.newId());
  return await editTurn(call, names, {
    mark: (turnRef) => createdMark(ref(turnRef, 0)),
    decide({ turn, turnRef, now }) {
      const add = dialogItems.map(({ timestamp, role, content, category }, at) => {
        const time = timestamp === undefined ? now : new Date(timestamp);
        const document = { ordinal: turn.dialog_count + at, timestamp: time, role, content, category, created_at: now };
        return [ref(turnRef, at), document] as const;
      });
      const dialogCount = turn.dialog_count + add.length;
      const result = { turnRequestId: turn.id, appended: add.length, dialogCount };
      return { change: { turn: { dialog_count: dialogCount }, add }, result };
    },
  });
}

/**
 * Adds actions to an open turn, each a document of its own (docs/contracts.md 5, appendActions). The session counts
 * each file once: a marker per file, under the hash of its path, says that it was counted. Throws what editTurn throws.
 */
export async function appendActions(call: Call, { actions, ...names }: NamesTurn & { actions: Action[] }) {
  refuseTooLarge("actions", actions);
  const ids = actions.map(() => call.newId());
  const ref = (turn: Ref, at: number) => call.store.sub(turn, "actions", ids[at] ?? call.newId());
  const paths = modifiedFiles(actions);
  return await editTurn(call, names, {
    reads: (_, sessionRef) => paths.map((path) => call.store.sub(sessionRef, "files", sha256(path))),
    mark: (turnRef) => createdMark(ref(turnRef, 0)),
    decide({ turn, session, turnRef, beside, now }) {
      const rows = actions.map(({ order, description, type, status, filePath }, at) => {
        const fields = { order: order ?? null, description, type, status, file_path: filePath || null };
        return [ref(turnRef, at), { ordinal: turn.action_count + at, ...fields, created_at: now }] as const;
      });
      const files = beside.flatMap(({ exists, ref: marker }, at) =>
        exists ? [] : [[marker, { path: paths[at], created_at: now }] as const],
      );
      const actionCount = turn.action_count + rows.length;
      const result = { turnRequestId: turn.id, appended: rows.length, actionCount };
      const counted = { files_modified_count: session.files_modified_count + files.length };
      const change = { turn: { action_count: actionCount }, session: files.length > 0 ? counted : {} };
      return { change: { ...change, add: [...rows, ...files] }, result };
    },
  });
}

/** The files that actions modified, each once. */
function modifiedFiles(actions: readonly Pick<Action, "type" | "status" | "filePath">[]): string[] {
  const modifying = actions.filter(
    ({ type, status, filePath }) => MODIFIES.has(type) && status !== "failed" && filePath,
  );
  return [...new Set(modifying.map(({ filePath }) => filePath))];
}

function refuseTooLarge(name: string, items: readonly object[]): void {
  if (jsonBytes(items) > TURN_LIMITS.itemBytes)
    throw invalidArgument(
      `${name} is larger than ${TURN_LIMITS.itemBytes / 1024 ** 2} MB of JSON.`,
      "Append in several calls.",
    );
}
