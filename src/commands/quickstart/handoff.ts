import { z } from "zod";

const text = z.string().nullable();

/** What the quickstart shows of a handoff; the server's answer holds more. */
export const ShownHandoff = z.object({
  project: z.object({ name: z.string(), status: z.string() }),
  last_session: z
    .object({
      status: z.string(),
      progress_summary: text,
      handoff_notes: text,
      context_artifacts: z.record(z.string(), z.unknown()),
    })
    .nullable(),
  active_tasks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.string(),
      priority: z.string(),
      assigned_agent: text,
      depends_on: z.array(z.string()),
    }),
  ),
  active_task_count: z.number(),
  recent_activity: z.array(
    z.object({ action: z.string(), agent_name: z.string(), details: text, created_at: z.string().nullable() }),
  ),
});

type HandoffData = z.output<typeof ShownHandoff>;

/** A handoff as lines of text for a person; an agent gets the same facts as JSON. */
export function renderHandoff(handoff: HandoffData): string {
  const { project, last_session: session } = handoff;
  return [
    `Project        ${project.name} (${project.status})`,
    `Last session   ${session?.status ?? "none"}`,
    ...section("Summary", paragraph(session?.progress_summary)),
    ...section("Notes for you", paragraph(session?.handoff_notes)),
    ...Object.entries(session?.context_artifacts ?? {}).flatMap(([name, value]) =>
      section(heading(name), bullets(value)),
    ),
    ...section(`Open tasks (${handoff.active_task_count})`, handoff.active_tasks.flatMap(taskLines(handoff))),
    ...section("Recent activity (UTC, latest first)", handoff.recent_activity.map(activityLine)),
  ].join("\n");
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function paragraph(value: string | null | undefined): string[] {
  return value ? value.split("\n") : [];
}

/** decisions_made -> Decisions made */
function heading(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function bullets(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => `- ${typeof item === "string" ? item : JSON.stringify(item)}`);
}

function taskLines(handoff: HandoffData): (task: HandoffData["active_tasks"][number]) => string[] {
  const titles = new Map(handoff.active_tasks.map((task) => [task.id, task.title]));
  return ({ id, title, status, priority, assigned_agent, depends_on }) => {
    const waitsFor = depends_on.flatMap((dependency) => titles.get(dependency) ?? []);
    return [
      `${priority.padEnd(8)} ${status.padEnd(11)} ${title}`,
      `${" ".repeat(21)}${id}, ${assigned_agent ?? "nobody"}${waitsFor.length > 0 ? `, waits for: ${waitsFor.join("; ")}` : ""}`,
    ];
  };
}

function activityLine({ action, agent_name, details, created_at }: HandoffData["recent_activity"][number]): string {
  const time = created_at?.slice(11, 19) ?? "--------";
  return `${time}  ${agent_name.padEnd(6)} ${action.padEnd(15)} ${details ?? ""}`.trimEnd();
}
