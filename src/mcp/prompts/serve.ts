import type { Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Call } from "../../board/core/call.js";
import { invalidArgument } from "../../board/core/errors.js";
import { findProject } from "../../board/search/find-project.js";
import { sessionRecord } from "../../board/sessions/get.js";
import { getTask } from "../../board/tasks/get.js";
import { id as idSchema } from "../../tools/schema.js";
import { protocolError, type ReadBoard } from "../render.js";
import type { FoundKind, Prompt, PromptArgument, Said } from "./define.js";

/** What prompts are served with. */
export interface PromptOptions {
  prompts: readonly Prompt[];
  readBoard: ReadBoard;
  /** The id of the only project that is served, if it is only one: prompts do not ask for it. */
  project: string | undefined;
}

const GOT = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()).optional() });

/** Lists prompts and fills them in; what an argument names must be on the board. Listing touches no store. */
export function servePrompts(server: Server, { prompts, readBoard, project }: PromptOptions): void {
  const byName = new Map(prompts.map((prompt) => [prompt.name, prompt]));
  const asked = (prompt: Prompt) => prompt.arguments.filter(({ of }) => project === undefined || of !== "project");

  server.setRequestHandler("prompts/list", { params: z.object({}) }, () => ({
    prompts: prompts.map((prompt) => ({
      name: prompt.name,
      title: prompt.title,
      description: prompt.description,
      arguments: asked(prompt).map(({ name, description, required }) => ({ name, description, required })),
    })),
  }));

  server.setRequestHandler("prompts/get", { params: GOT }, async (params, { mcpReq }) => {
    const prompt = byName.get(params.name);
    if (!prompt)
      throw protocolError(invalidArgument("This server has no prompt of this name.", "prompts/list names them."));
    const fault = faultOf(asked(prompt), params.arguments ?? {});
    if (fault !== null) throw protocolError(invalidArgument(`${prompt.name}: ${fault}.`));
    const own = prompt.arguments.filter(({ of }) => of === "project").map(({ name }) => [name, project]);
    const given = { ...(project === undefined ? {} : Object.fromEntries(own)), ...params.arguments };
    const said = prompt.arguments.some(({ of }) => of)
      ? await readBoard("prompts/get", mcpReq.signal, (call) => resolve(call, prompt, given))
      : asSaid(prompt, given);
    const text = prompt.text(said);
    return { description: prompt.description, messages: [{ role: "user", content: { type: "text", text } }] };
  });
}

type Given = Readonly<Record<string, string | undefined>>;

function faultOf(known: readonly PromptArgument[], given: Given): string | null {
  const missing = known.find(({ name, required }) => required && !given[name]);
  if (missing) return `${missing.name} is required`;
  const unknown = Object.keys(given).find((argument) => !known.some(({ name }) => name === argument));
  return unknown === undefined ? null : `unknown argument ${JSON.stringify(unknown.slice(0, 60))}`;
}

function asSaid(prompt: Prompt, given: Given): Record<string, Said> {
  const entries = prompt.arguments.map(({ name }) => [name, given[name]] as const);
  return Object.fromEntries(entries.flatMap(([name, text]) => (text ? [[name, { id: text, name: text }]] : [])));
}

/** Replaces what the arguments name by the records on the board. */
async function resolve(call: Call, prompt: Prompt, given: Given): Promise<Record<string, Said | undefined>> {
  const said = asSaid(prompt, given);
  const found = async ({ name, of }: PromptArgument, at: number): Promise<[string, Said | undefined][]> => {
    const text = said[name]?.id;
    if (!of || text === undefined) return [];
    if (of !== "project") return [[name, await FINDERS[of](call, text)]];
    // Hosts that split at spaces give the second word of a name as the next argument.
    const next = prompt.arguments
      .slice(at + 1)
      .flatMap((each) => said[each.name] ?? [])
      .map(({ id }) => id);
    const { project, words } = await findProject(call, [text, ...next], idSchema.safeParse(text).success ? text : null);
    const taken = prompt.arguments.slice(at + 1, at + words);
    return [[name, project], ...taken.map((each): [string, undefined] => [each.name, undefined])];
  };
  const entries = await Promise.all(prompt.arguments.map(found));
  return { ...said, ...Object.fromEntries(entries.flat()) };
}

const FINDERS: Record<Exclude<FoundKind, "project">, (call: Call, said: string) => Promise<Said>> = {
  async task(call, said) {
    const { id, title } = await getTask(call, checkedId("task", said));
    return { id, name: title };
  },
  async session(call, said) {
    const { id, title } = await sessionRecord(call, checkedId("session", said));
    return { id, name: title ?? id };
  },
};

function checkedId(noun: string, said: string): string {
  const parsed = idSchema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw invalidArgument(`This is not the id of a ${noun}.`);
}
