import type { Tool } from "./define.js";
import { TOOLS, TOOLSET_NAMES, TOOLSETS } from "./index.js";
import { fitsGivenProjects, scopeTool } from "./scoped.js";

/** Which tools a server offers, as its operator chose. */
export interface Selection {
  /** Whole families; without these and `tools`, all of them. */
  toolsets?: readonly string[] | undefined;
  /** Single tools, besides those families. */
  tools?: readonly string[] | undefined;
  /** Tools to leave out of what was chosen. */
  excludeTools?: readonly string[] | undefined;
  /** Only tools that write nothing, whatever else was chosen. */
  readOnly?: boolean | undefined;
  /** The id of the only project to serve. */
  project?: string | undefined;
}

/** A selection that cannot be what its operator meant. The message is one line, for people. */
export class SelectionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SelectionError";
  }
}

/**
 * The tools that a server offers, in the order in which all tools are listed. Throws SelectionError for names that do
 * not exist and for a selection that leaves nothing.
 */
export function selectTools({ toolsets, tools, excludeTools, readOnly, project }: Selection): readonly Tool[] {
  const every = TOOLS.map(({ name }) => name);
  refuseUnknown("toolset", toolsets, TOOLSET_NAMES, `There are: ${TOOLSET_NAMES.join(", ")}.`);
  for (const names of [tools, excludeTools])
    refuseUnknown("tool", names, every, "fireboard tools lists those there are.");

  const families = toolsets ?? (tools ? [] : TOOLSET_NAMES);
  const chosen = new Set([
    ...TOOLSET_NAMES.filter((name) => families.includes(name)).flatMap((name) =>
      TOOLSETS[name].map((tool) => tool.name),
    ),
    ...(tools ?? []),
  ]);
  const offered = TOOLS.filter(({ name }) => chosen.has(name) && !excludeTools?.includes(name))
    .filter(({ annotations }) => !readOnly || annotations.readOnlyHint)
    .filter((tool) => project === undefined || fitsGivenProjects(tool));
  if (offered.length === 0) throw new SelectionError("these settings leave no tool to offer");
  return project === undefined ? offered : offered.map((tool) => scopeTool(tool, project));
}

function refuseUnknown(
  what: string,
  names: readonly string[] | undefined,
  known: readonly string[],
  hint: string,
): void {
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  // As JSON, so that whatever was typed stays on the one line.
  if (unknown.length > 0)
    throw new SelectionError(`there is no ${what} ${JSON.stringify(unknown.join(", "))}. ${hint}`);
}
