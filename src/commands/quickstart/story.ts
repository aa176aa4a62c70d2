import { z } from "zod";
import { renderHandoff, ShownHandoff } from "./handoff.js";
import type { Server } from "./server.js";

/** How a story is played: each agent gets a server process of its own, each step is announced before it happens. */
export interface Stage {
  step(what: string): void;
  start(agent: string): Promise<Server>;
}

const Created = z.object({ id: z.string() });
const Started = z.object({ session_id: z.string() });
const Done = z.object({ message: z.string() });

/**
 * Two agents, one after the other, on an empty board: ada plans, works and ends her session; grace, in another process,
 * starts where ada left off. Gives the handoff that grace was handed, for a person to read.
 */
export async function playStory(stage: Stage): Promise<string> {
  const projectId = await playAda(stage);
  return await playGrace(stage, projectId);
}

async function playAda({ step, start }: Stage): Promise<string> {
  step("ada's agent host starts the server, on an empty board");
  const server = await start("ada");
  try {
    step("ada creates a project and opens a session on it");
    const project = await server.call(
      "board_create_project",
      {
        name: "Recipe site",
        description: "Move 40 family recipes from a text file to a small web site",
        priority: "high",
      },
      Created,
    );
    const session = await server.call(
      "board_create_session",
      { project_id: project.id, agent_name: "ada", title: "Plan and import" },
      Started,
    );
    const of = { project_id: project.id, session_id: session.session_id };

    step("ada plans three tasks, each waiting for the one before it");
    const format = await server.call(
      "board_create_task",
      { ...of, title: "Choose the file format", priority: "high" },
      Created,
    );
    const importing = await server.call(
      "board_create_task",
      { ...of, title: "Import the 40 recipes", priority: "high", depends_on: [format.id] },
      Created,
    );
    await server.call(
      "board_create_task",
      { ...of, title: "Search by ingredient", priority: "medium", depends_on: [importing.id] },
      Created,
    );

    step("ada works: one task done, the next one begun, a decision logged");
    const mine = { session_id: session.session_id, assigned_agent: "ada" };
    await server.call("board_update_task", { ...mine, task_id: format.id, status: "in_progress" }, Done);
    await server.call("board_update_task", { ...mine, task_id: format.id, status: "done" }, Done);
    await server.call("board_update_task", { ...mine, task_id: importing.id, status: "in_progress" }, Done);
    await server.call(
      "board_log_activity",
      {
        ...of,
        agent_name: "ada",
        task_id: importing.id,
        action: "commented",
        details: "Decided on one Markdown file per recipe: diffs stay readable, and no database is needed",
      },
      Created,
    );

    step("ada ends the session with notes for whoever comes next, and her server stops");
    await server.call(
      "board_end_session",
      {
        session_id: session.session_id,
        progress_summary: "The format is chosen. 25 of 40 recipes are imported and checked.",
        handoff_notes: `Go on with ${importing.id}: recipes 26 to 40 are left.\nNumber 31 has no quantities; ask before guessing.`,
        context_artifacts: {
          files_modified: ["recipes/*.md", "scripts/import.js"],
          decisions_made: ["One Markdown file per recipe, ingredients in front matter"],
          next_steps: ["Import recipes 26 to 40", "Then search by ingredient"],
        },
      },
      Done,
    );
    return project.id;
  } finally {
    await server.stop();
  }
}

async function playGrace({ step, start }: Stage, projectId: string): Promise<string> {
  step("grace's agent host starts another server process on the same board");
  const server = await start("grace");
  try {
    step("grace opens a session and is handed this");
    const { handoff } = await server.call(
      "board_create_session",
      { project_id: projectId, agent_name: "grace" },
      z.object({ handoff: ShownHandoff }),
    );
    return renderHandoff(handoff);
  } finally {
    await server.stop();
  }
}
