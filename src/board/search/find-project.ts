import type { Call } from "../core/call.js";
import { invalidArgument, notFound } from "../core/errors.js";
import { type Suggestion, suggest } from "./suggest.js";

/**
 * The project that a person means by an id or by a name, in either case. Throws `project_not_found`, and
 * `invalid_argument` when several have the name. Looks through the latest 200 projects; one round trip.
 */
export async function findProject(call: Call, idOrName: string): Promise<Suggestion> {
  const found = await suggest(call, "project", idOrName);
  const byId = found.find(({ id }) => id === idOrName);
  if (byId) return byId;
  const [project, another] = found.filter(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
  if (!project) throw notFound("project", JSON.stringify(idOrName));
  if (another)
    throw invalidArgument(
      `More than one project is called ${JSON.stringify(idOrName)}.`,
      "Give the id of the one you mean.",
    );
  return project;
}
