import type { Value } from "../../../../src/embedded/encoding/messages.js";
import {
  both,
  double,
  type FilterMessage,
  int,
  list,
  many,
  NULL,
  order,
  query,
  type RequestCase,
  unary,
  where,
} from "./parts.js";

/* What is left of a filter before the store counts its disjunctions and looks at what it orders by. */

const a = (n: number): FilterMessage => where("a", "EQUAL", int(n));
const from = (count: number, first: number): Value => list(...Array.from({ length: count }, (_, n) => int(first + n)));
const times = (count: number, filter: (n: number) => FilterMessage): FilterMessage[] =>
  Array.from({ length: count }, (_, n) => filter(n));

/** Filters whose parts are the same, contradict each other or contain each other. */
const DISJUNCTIONS: Record<string, FilterMessage> = {
  "31 times the same": both("OR", ...times(31, () => a(1))),
  "31 contradictions": both("OR", ...times(31, (n) => both("AND", a(n), a(n + 1)))),
  "30 and one of them again": both("OR", where("a", "IN", many(30)), a(3)),
  "30 and one that is narrower": both("OR", where("a", "IN", many(30)), both("AND", a(1), where("b", "EQUAL", int(2)))),
  "two lists that overlap": both("AND", where("a", "IN", many(6)), where("a", "IN", from(6, 3))),
  "two lists with nothing in common": both("AND", where("a", "IN", many(6)), where("a", "IN", from(6, 100))),
  "a list that repeats itself": both(
    "AND",
    where("a", "IN", list(...Array(6).fill(int(1)))),
    where("b", "IN", many(6)),
  ),
  "integers and doubles": both(
    "AND",
    where("a", "IN", list(...[1, 2, 3].flatMap((n) => [int(n), double(n)]))),
    where("b", "IN", many(6)),
  ),
  "the same or twice": both(
    "AND",
    ...times(2, () => both("OR", ...times(6, (n) => both("AND", a(n), where("b", "EQUAL", int(n)))))),
  ),
  "pinned by an equality": both("AND", a(1), where("a", "IN", many(6)), where("b", "IN", many(6))),
  "below a range": both(
    "AND",
    where("a", "GREATER_THAN", int(5)),
    where("a", "IN", many(6)),
    where("b", "IN", many(6)),
  ),
};

/** Comparisons with null and NaN, some of which can match nothing. */
const SPECIAL: Record<string, FilterMessage> = {
  "not-in null": where("a", "NOT_IN", list(NULL)),
  "not-in NaN": where("a", "NOT_IN", list(double(Number.NaN))),
  "not-in null and more": where("a", "NOT_IN", list(int(1), NULL)),
  "not-in 1": where("a", "NOT_IN", list(int(1))),
  "!= null": where("a", "NOT_EQUAL", NULL),
  "!= NaN": where("a", "NOT_EQUAL", double(Number.NaN)),
  "is-not-null": unary("a", "IS_NOT_NULL"),
  "is-not-NaN": unary("a", "IS_NOT_NAN"),
  "> null": where("a", "GREATER_THAN", NULL),
  "<= null": where("a", "LESS_THAN_OR_EQUAL", NULL),
  "< NaN": where("a", "LESS_THAN", double(Number.NaN)),
  ">= NaN": where("a", "GREATER_THAN_OR_EQUAL", double(Number.NaN)),
  "== null": where("a", "EQUAL", NULL),
  "in null": where("a", "IN", list(NULL)),
};
const ORDERS = {
  "another field": [order("b"), order("__name__", "DESCENDING")],
  "name descending": [order("__name__", "DESCENDING")],
  "name and field": [order("__name__"), order("a")],
  name: [order("__name__")],
};

/** Requests at the limits of the disjunctive normal form. */
export const normalForm: RequestCase[] = [
  ...Object.entries(DISJUNCTIONS).map(([name, filter]) => query(`with disjunctions: ${name}`, { where: filter })),
  ...Object.entries(SPECIAL).flatMap(([name, filter]) =>
    Object.entries(ORDERS).map(([by, orderBy]) => query(`${name} by ${by}`, { where: filter, orderBy })),
  ),
];
