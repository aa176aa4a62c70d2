import type { Principal } from "../access/principal.js";
import { abilityFor, may } from "../access/roles.js";
import type { Tool } from "../tools/define.js";
import { fitsGivenProjects } from "../tools/scoped.js";

/** Those of a server's tools that a principal is shown: what its role may use, and what makes sense with its projects. Pure. */
export function offeredTo(tools: readonly Tool[], { role, projects }: Pick<Principal, "role" | "projects">): Tool[] {
  return tools.filter((tool) => may(role, abilityFor(tool)) && (projects === null || fitsGivenProjects(tool)));
}
