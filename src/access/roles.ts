import { BoardError } from "../board/core/errors.js";
import { type Principal, ROLES, type Role } from "./principal.js";

/** The least role that may do each thing; a role may also do what the roles before it may (docs/access.md). */
const LEAST = {
  read: "viewer",
  write: "agent",
  delete: "lead",
  archive: "lead",
  "act on tasks that others hold": "lead",
  administer: "admin",
} as const satisfies Record<string, Role>;

/** Something that a role may or may not do. */
export type Ability = keyof typeof LEAST;

/** What roles need to know of a tool. */
interface RatedTool {
  name: string;
  annotations: { readOnlyHint: boolean };
}

/** Tools that take more than to write. */
const OF_TOOLS: ReadonlyMap<string, Ability> = new Map([
  ["board_delete_task", "delete"],
  ["sessionCleanup", "archive"],
]);

/** What a value of an argument takes, of tools that take less without it. */
const OF_VALUES: readonly { tool: string; argument: string; value: unknown; takes: Ability }[] = [
  { tool: "board_update_project", argument: "status", value: "archived", takes: "archive" },
];

/** The names of tools that the tables above name, for the test that they exist. */
export const NAMED_TOOLS: readonly string[] = [...OF_TOOLS.keys(), ...OF_VALUES.map(({ tool }) => tool)];

/** Whether the role may do it. Pure. */
export function may(role: Role, ability: Ability): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(LEAST[ability]);
}

/** What a tool takes, whatever its arguments are. Pure. */
export function abilityFor(tool: RatedTool): Ability {
  return OF_TOOLS.get(tool.name) ?? (tool.annotations.readOnlyHint ? "read" : "write");
}

/**
 * Refuses a call that the principal's role may not make; `args` are the call's checked arguments. Over stdio there is no
 * principal: who started the server owns the machine, and may do everything. Throws `permission_denied`. Pure.
 */
export function refuseRole(
  principal: Pick<Principal, "role"> | null,
  tool: RatedTool,
  args: Readonly<Record<string, unknown>>,
): void {
  if (!principal) return;
  const values = OF_VALUES.filter(({ tool: name, argument, value }) => name === tool.name && args[argument] === value);
  const missing = [abilityFor(tool), ...values.map(({ takes }) => takes)].find((each) => !may(principal.role, each));
  if (!missing) return;
  throw new BoardError(
    "permission_denied",
    `${tool.name} was refused: the role ${principal.role} may not ${missing}.`,
    `Leave it to somebody of the role ${LEAST[missing]}.`,
  );
}

/**
 * The name by which a call is made that names no agent: the principal's, unless it may act on tasks that others hold, as
 * leads do by naming no agent. Null: no name. Pure.
 */
export function nameOfUnnamed(principal: Pick<Principal, "name" | "role"> | null): string | null {
  return !principal || may(principal.role, "act on tasks that others hold") ? null : principal.name;
}
