import { describe, expect, it } from "vitest";
import { ROLES, type Role } from "../../src/access/principal.js";
import { NAMED_TOOLS, nameOfUnnamed, refuseRole } from "../../src/access/roles.js";
import { offeredTo } from "../../src/calls/offered.js";
import { TOOLS } from "../../src/tools/index.js";

/** Tools that only leads and admins may use. */
const OF_LEADS = ["board_delete_task", "sessionCleanup"];

function expected(role: Role, { name, annotations }: (typeof TOOLS)[number]): boolean {
  if (role === "viewer") return annotations.readOnlyHint;
  return role !== "agent" || !OF_LEADS.includes(name);
}

function refusal(role: Role | null, tool: (typeof TOOLS)[number], args: Record<string, unknown> = {}): string | null {
  try {
    refuseRole(role && { role }, tool, args);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(ROLES)("a %s", (role) => {
  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("uses %s or is refused, by its role", (_, tool) => {
    const allowed = expected(role, tool);
    expect(refusal(role, tool)).toBe(allowed ? null : "permission_denied");
    expect(offeredTo([tool], { role, projects: null })).toEqual(allowed ? [tool] : []);
  });

  it("archives a project as a lead at least", () => {
    const [update] = TOOLS.filter(({ name }) => name === "board_update_project");
    if (!update) throw new Error("no tool");
    const allowed = role === "lead" || role === "admin";
    expect(refusal(role, update, { status: "archived" })).toBe(allowed ? null : "permission_denied");
    expect(refusal(role, update, { status: "paused" })).toBe(role === "viewer" ? "permission_denied" : null);
  });

  it("acts in its own name when a call names nobody, unless it leads", () => {
    const leads = role === "lead" || role === "admin";
    expect(nameOfUnnamed({ name: "ada", role })).toBe(leads ? null : "ada");
  });
});

it("the machine's owner, over stdio, may do everything", () => {
  expect(TOOLS.map((tool) => refusal(null, tool, { status: "archived" }))).toEqual(TOOLS.map(() => null));
  expect(nameOfUnnamed(null)).toBe(null);
});

it("with projects of its own a principal is not offered to make others", () => {
  const names = offeredTo(TOOLS, { role: "admin", projects: ["p"] }).map(({ name }) => name);
  expect(TOOLS.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual(["board_create_project"]);
});

it("names tools that there are", () => {
  const names = TOOLS.map(({ name }) => name);
  expect(NAMED_TOOLS.filter((name) => !names.includes(name))).toEqual([]);
});
