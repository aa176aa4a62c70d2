import { closest, distance } from "fastest-levenshtein";

/** The share of a name's letters that a slip may change; a name with more of them changed is another name. */
const SLIP = 0.4;
/** How much of a caller's name is looked at and told. */
const MOST_CHARACTERS = 60;

/** What models call arguments of other names: the names to look for in a tool; the first that it has is meant. */
const GUESSES: Readonly<Record<string, readonly string[]>> = {
  id: ["ref", "task_id", "project_id", "session_id", "sessionId"],
  ids: ["task_ids"],
  tasks: ["task_ids"],
  task: ["task_id", "title"],
  project: ["project_id"],
  session: ["session_id", "sessionId"],
  q: ["query"],
  text: ["query", "details", "description"],
  search: ["query"],
  agent: ["agent_name", "agentName", "assigned_agent"],
  agent_id: ["agent_name", "agentName", "assigned_agent"],
  assignee: ["assigned_agent"],
  assigned_to: ["assigned_agent"],
  owner: ["assigned_agent"],
  name: ["title"],
  title: ["name"],
  body: ["description", "details"],
  content: ["description", "details"],
  message: ["details"],
  comment: ["details"],
  summary: ["progress_summary"],
  notes: ["handoff_notes", "details"],
  artifacts: ["context_artifacts"],
  parent: ["parent_task_id"],
  parent_id: ["parent_task_id"],
  dependencies: ["depends_on"],
  blocked_by: ["depends_on"],
  tags: ["labels", "label"],
  tag: ["labels", "label"],
  due: ["due_at", "due_before"],
  due_date: ["due_at", "due_before"],
  deadline: ["due_at", "due_before"],
  mode: ["riper_mode"],
};

/**
 * The known name that was probably meant by `name`: by what models guess, else by a slip of the pen. A guess is of no
 * use when its name is `given` besides. Pure.
 */
export function meantName(name: string, known: readonly string[], given: readonly string[] = []): string | undefined {
  const lower = name.slice(0, MOST_CHARACTERS + 1).toLowerCase();
  const guess = Object.hasOwn(GUESSES, lower) ? GUESSES[lower]?.find((each) => known.includes(each)) : undefined;
  if (guess !== undefined && !given.includes(guess)) return guess;
  if (known.length === 0 || lower.length > MOST_CHARACTERS) return undefined;
  const candidate = closest(lower, known);
  return isSlip(lower, candidate) ? candidate : undefined;
}

/** How many tools are named for one that does not exist. */
const MOST_TOOLS = 3;

/** Why a tool cannot be called that is not `offered`, with those whose names have all of its words. Pure. */
export function unknownToolText(name: string, offered: readonly string[]): string {
  const words = wordsOf(name.slice(0, MOST_CHARACTERS));
  const near = offered
    .filter((tool) => words.length > 1 && words.every((word) => wordsOf(tool).some((other) => isSlip(word, other))))
    .sort((a, b) => distance(name.slice(0, MOST_CHARACTERS), a) - distance(name.slice(0, MOST_CHARACTERS), b))
    .slice(0, MOST_TOOLS);
  const question = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  return `Unknown tool ${printable(name)}.${question} tools/list names those that exist.`;
}

/** A caller's name for something, short and without characters that could disturb a terminal or a log. Pure. */
export function printable(name: string): string {
  const text = JSON.stringify(name.slice(0, MOST_CHARACTERS)).slice(1, -1);
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => character.split("").map(escaped).join(""));
}

/** The words of a tool's name, in snake or camel case. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function isSlip(name: string, other: string): boolean {
  return distance(name, other) <= Math.max(name.length, other.length) * SLIP;
}
