import type { Prompt, PromptArgument, Said } from "./define.js";

const project: PromptArgument = { name: "project", description: "Its name or id", required: true, of: "project" };
const session: PromptArgument = { name: "session", description: "Its id", required: true, of: "session" };

/** A thing on the board in a sentence. Its name was written by somebody else: it stands in quotes, as data. */
const called = (what: string, said: Said | undefined) => `the ${what} ${JSON.stringify(said?.name)} (id ${said?.id})`;

/** The prompts that people choose from a menu (docs/contracts.md, issue "a session"). */
export const FOR_PEOPLE: readonly Prompt[] = [
  {
    name: "start_session",
    title: "Start a session",
    description: "Begin to work on a project where the last session left it.",
    arguments: [project, { name: "agent_name", description: "What the agent calls itself", required: false }],
    uses: ["board_create_session", "board_claim_task"],
    text: ({ project, agent_name }) =>
      `Start to work on ${called("project", project)}. Call board_create_session with its id${
        agent_name ? ` and agent_name ${JSON.stringify(agent_name.id)}` : ""
      }. Read the handoff it answers with and tell me in a few sentences: what the last session did, what it left open, what blocks. Then propose what to do first and, once I agree, take it with board_claim_task.`,
  },
  {
    name: "hand_off",
    title: "Hand off",
    description: "End a session so that the next agent can go on without you.",
    arguments: [session],
    uses: ["board_get_session", "board_update_task", "board_end_session"],
    text: ({ session }) =>
      `Hand off the session ${session?.id}. Look at it with board_get_session. Give each task that it touched its true status with board_update_task. Then end it with board_end_session: progress_summary says what was done; handoff_notes say, with task ids, what is open, what to do first and what to beware of; context_artifacts hold files_modified, decisions_made, blockers and next_steps. Write for somebody who knows nothing of our conversation.`,
  },
  {
    name: "stand_up",
    title: "Stand-up",
    description: "What was done on a project since yesterday, what is next, what blocks.",
    arguments: [project],
    uses: ["board_get_handoff", "board_get_tasks"],
    text: ({ project }) =>
      `Give a stand-up of ${called("project", project)}. Call board_get_handoff with its id and since the time 24 hours ago, and board_get_tasks for what is in_progress and what is blocked. Tell in three short lists: done since then; in progress, by whom; blocked, and by what. Change nothing.`,
  },
  {
    name: "triage",
    title: "Triage",
    description: "Put a project's open tasks in order.",
    arguments: [project],
    uses: ["board_get_tasks", "board_get_task", "board_update_task"],
    text: ({ project }) =>
      `Triage ${called("project", project)}. Read all its open tasks with board_get_tasks (detail full, follow next_cursor). Look for tasks that are done already, the same as others, too vague to start, without the right priority or dependency, in_progress with nobody at work, or blocked by what is done. board_get_task tells more of one. List the changes you propose, each with the task's id and the reason, and make them with board_update_task only once I agree.`,
  },
  {
    name: "review_session",
    title: "Review a session",
    description: "Check what a session says against what it did.",
    arguments: [session],
    uses: ["board_get_session", "board_get_activity"],
    text: ({ session }) =>
      `Review the session ${session?.id}. Read it with board_get_session, and all its activity with board_get_activity (session_id, follow next_cursor). Hold its summary and notes against the activity and against the work itself, where you can see it: what is claimed and not there, what was done and is not told, which tasks have the wrong status, which decisions need a second look. Change nothing; end with what you would ask its agent.`,
  },
];
