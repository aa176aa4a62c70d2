import type { Tool } from "../../tools/define.js";
import type { Prompt } from "./define.js";
import { FOR_PEOPLE } from "./people.js";
import { SKILLS } from "./skills.js";

/**
 * Every prompt, in the order in which people are shown them.
 * @public scripts/docs reads it from the build.
 */
export const PROMPTS: readonly Prompt[] = [...FOR_PEOPLE, ...SKILLS];

/** The prompts whose tools are all offered. */
export function promptsFor(tools: readonly Tool[]): readonly Prompt[] {
  const offered = new Set(tools.map(({ name }) => name));
  return PROMPTS.filter(({ uses }) => uses.every((name) => offered.has(name)));
}
