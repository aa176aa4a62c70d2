import { readFileSync } from "node:fs";
import type { Prompt, PromptArgument, Said } from "./define.js";

const optional = (name: string, description: string, like?: PromptArgument["like"]): PromptArgument => ({
  name,
  description,
  required: false,
  ...(like ? { like } : {}),
});

const STORY = optional("storyId", "The story that is worked on", "story");

/** The skills that come with the package (folder `skills`) as prompts: the same text, for hosts that know no skills. */
export const SKILLS: readonly Prompt[] = [
  skill({
    name: "session-create",
    title: "Open a context session",
    description: "As the leader of a workflow: count the tokens of all its agents in one session.",
    arguments: [
      optional("agentName", "What the leader calls itself"),
      STORY,
      optional("phase", "The workflow's phase, like plan or execute"),
      optional("sessionId", "A UUID of your choice"),
    ],
    uses: ["sessionCreate", "sessionComplete", "sessionCleanup"],
  }),
  skill({
    name: "session-inherit",
    title: "Inherit a context session",
    description: "As a worker: find the leader's session and report the tokens you use.",
    arguments: [optional("sessionId", "The leader's session", "session"), STORY],
    uses: ["sessionQuery", "sessionUpdate"],
  }),
  skill({
    name: "session-log",
    title: "Keep a turn log",
    description: "Log turns, reasoning, actions and decisions as an audit trail.",
    arguments: [],
    uses: [
      "sessionlog_bootstrap",
      "sessionlog_open_session",
      "sessionlog_begin_turn",
      "sessionlog_update_turn",
      "sessionlog_append_dialog",
      "sessionlog_append_actions",
      "sessionlog_complete_turn",
      "sessionlog_fail_turn",
      "sessionlog_current_session",
      "sessionlog_query_history",
      "sessionlog_close_session",
    ],
  }),
];

function skill(prompt: Omit<Prompt, "text">): Prompt {
  return { ...prompt, text: (said) => [bodyOf(prompt.name), ...given(prompt, said)].join("\n") };
}

/** A skill's text without the header, which is for hosts that load skills themselves. */
function bodyOf(name: string): string {
  const file = new URL(`../../../skills/${name}/SKILL.md`, import.meta.url);
  return readFileSync(file, "utf8").replace(/^---\n.*?\n---\n+/s, "");
}

/** What was said for the arguments, in quotes: it is data, whatever it looks like. */
function given(prompt: Omit<Prompt, "text">, said: Readonly<Record<string, Said | undefined>>): string[] {
  const lines = prompt.arguments.flatMap(({ name }) =>
    said[name] ? [`- ${name}: ${JSON.stringify(said[name].id)}`] : [],
  );
  return lines.length > 0 ? ["## This time", "", ...lines] : [];
}
