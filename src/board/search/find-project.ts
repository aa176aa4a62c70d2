import { MASKS } from "../../firestore/masks.js";
import type { Call } from "../core/call.js";
import { invalidArgument, notFound } from "../core/errors.js";
import { existing } from "../core/existing.js";
import { maskedProject } from "../model/masked.js";
import { type Suggestion, suggest } from "./suggest.js";

const existingName = existing("project", maskedProject.name);

/** A project, and how many of the words that were said name it. */
export interface FoundProject {
  project: Suggestion;
  words: number;
}

/**
 * The project that a person means by an id, by a name in either case, or by the beginning of a name that no other project
 * has. `said` is what was said in words, of which at least the first is meant: the most that name a project count. `id` is
 * the first word where it can be an id. Throws `project_not_found`, and `invalid_argument` when several projects are meant.
 * Names are looked for among the latest 200 projects; one round trip.
 */
export async function findProject(
  call: Call,
  said: readonly [string, ...string[]],
  id: string | null,
): Promise<FoundProject> {
  const [projects, ofThisId] = await Promise.all([
    suggest(call, "project", ""),
    id === null ? null : call.store.ref("projects", id).get(MASKS.projects.name),
  ]);
  if (id !== null && ofThisId?.exists) return { project: existingName(ofThisId, id), words: 1 };
  const meant = said.map((_, at) => ({ words: at + 1, projects: named(projects, said.slice(0, at + 1).join(" ")) }));
  const { words, projects: found } = meant.reverse().find((each) => each.projects.length > 0) ?? {
    words: 1,
    projects: [],
  };
  const [project, another] = found;
  if (!project) throw notFound("project", JSON.stringify(said[0]));
  if (another)
    throw invalidArgument(
      `More than one project is called ${JSON.stringify(said[0])}, or so in the beginning.`,
      "Give the id of the one you mean.",
    );
  return { project, words };
}

/** By the whole name, else by its beginning; hosts that split a quoted name leave its quotes. */
function named(projects: readonly Suggestion[], text: string): Suggestion[] {
  const wanted = [text, text.replaceAll(/^["']|["']$/g, "")].map((each) => each.trim().toLowerCase());
  const having = (is: (project: Suggestion, said: string) => boolean) =>
    projects.filter((project) => wanted.some((each) => each !== "" && is(project, each)));
  const byName = having(({ name }, each) => name.toLowerCase() === each);
  return byName.length > 0 ? byName : having(({ name }, each) => name.toLowerCase().startsWith(each));
}
