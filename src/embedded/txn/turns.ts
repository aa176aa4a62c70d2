import { z } from "zod";
import { formatPath, lastSegment, parentOf, type ResourcePath } from "../encoding/resource-path.js";
import { scopeOf } from "../query/scope.js";
import { collectionScope, databaseScope, groupScope, type ScopeKey } from "../storage/numbered-names.js";
import type { Connection } from "../storage/sqlite.js";
import type { PlannedWrite } from "./planned-write.js";
import type { ReadSet } from "./read-set.js";

/*
 * Transactions take no locks, so a long one can lose to short ones for ever. One that has lost three times gets a turn:
 * for a moment, commits that would change what it read the last time wait for it, in all processes. A turn is a row of
 * the file, written before its snapshot is taken, and read by commits inside their write: none can slip in between.
 * Nothing waits inside a write, and of two that have a turn the one that lost more often does not wait for the other.
 * https://firebase.google.com/docs/firestore/transaction-data-contention
 */

const turnSchema = z.object({
  id: z.string(),
  losses: z.number(),
  /** Wall clock, in milliseconds. */
  until: z.number(),
  /** The documents and scopes that the transaction read the last time. */
  reads: z.array(z.string()),
});

/** The turn of a transaction. */
export type GrantedTurn = z.infer<typeof turnSchema>;

/** After this many losses in a row a transaction gets a turn. */
export const LOSSES_BEFORE_TURN = 3;
/** How long a turn lasts at most, and a commit waits in all, in milliseconds. */
export const TURN_MS = 250;
/** Of more documents than this, only the collections are named. */
const MOST_DOCUMENTS = 500;

/** Everything that a transaction has read, as places: names of documents, and scopes of queries. */
export function placesRead({ documents, queries }: ReadSet): string[] {
  const paths = [...documents.values()].map(({ path }) => path);
  const read = paths.length > MOST_DOCUMENTS ? paths.map(collectionPlace) : paths.map(formatPath);
  return [...new Set([...read, ...queries.map(({ query }) => scopePlace(scopeOf(query)))])];
}

/** Gives a turn, and removes those that are over. Must run inside a write. */
export function giveTurn(connection: Connection, turn: GrantedTurn, turnMs: number): void {
  for (const { key, value } of rows(connection)) {
    if (!isLive(read(value), turnMs)) connection.run("DELETE FROM state WHERE key = ?", key);
  }
  connection.run("INSERT OR REPLACE INTO state VALUES (?, ?)", keyOf(turn.id), JSON.stringify(turn));
}

/** Ends a turn, if it has not ended yet. Must run inside a write. */
export function endTurn(connection: Connection, { id }: GrantedTurn): void {
  connection.run("DELETE FROM state WHERE key = ?", keyOf(id));
}

/** Whether writes change what a transaction read whose turn it is; `own` is the turn of the transaction that writes. */
export function isOthersTurn(
  connection: Connection,
  writes: readonly PlannedWrite[],
  own: GrantedTurn | undefined,
  turnMs: number,
): boolean {
  const turns = rows(connection)
    .map(({ value }) => read(value))
    .filter((turn) => isLive(turn, turnMs) && !(own && comesBefore(own, turn)));
  if (turns.length === 0) return false;
  const changed = new Set(writes.flatMap((write) => (write.change === "none" ? [] : placesOf(write.path))));
  return turns.some((turn) => turn?.reads.some((place) => changed.has(place)));
}

function rows(connection: Connection): { key: string; value: string }[] {
  return connection.all("SELECT key, value FROM state WHERE key >= 'turn:' AND key < 'turn;'");
}

function read(value: string): GrantedTurn | undefined {
  try {
    return turnSchema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}

/** A turn of a process that died is over by itself, also when the clock was put back since. */
function isLive(turn: GrantedTurn | undefined, turnMs: number): turn is GrantedTurn {
  const left = (turn?.until ?? 0) - Date.now();
  return left > 0 && left <= turnMs;
}

/** A total order, so that two never wait for each other. A turn comes before itself. */
function comesBefore(a: GrantedTurn, b: GrantedTurn): boolean {
  if (a.losses !== b.losses) return a.losses > b.losses;
  return a.until !== b.until ? a.until < b.until : a.id <= b.id;
}

function keyOf(id: string): string {
  return `turn:${id}`;
}

/** The places at which a changed document may have been read. */
function placesOf(path: ResourcePath): string[] {
  const group = groupScope(path.root, lastSegment(parentOf(path)));
  return [formatPath(path), collectionPlace(path), scopePlace(group), scopePlace(databaseScope(path.root))];
}

function collectionPlace(path: ResourcePath): string {
  return scopePlace(collectionScope(parentOf(path)));
}

function scopePlace({ root, kind, path }: ScopeKey): string {
  return `${kind} ${root} ${path}`;
}
