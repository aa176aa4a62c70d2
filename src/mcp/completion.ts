import type { Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type SuggestedKind, type Suggestion, suggest } from "../board/search/suggest.js";
import type { Prompt } from "./prompts/define.js";
import type { ReadBoard } from "./render.js";
import { KINDS } from "./resources/kinds.js";

/** The most values that one completion may carry (MCP specification, Completion). */
const MOST = 100;

const COMPLETED = z.object({
  ref: z.discriminatedUnion("type", [
    z.object({ type: z.literal("ref/prompt"), name: z.string() }),
    z.object({ type: z.literal("ref/resource"), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/**
 * Completion of arguments from the board: of resource templates by id; of prompts by what people call things, where a
 * name belongs to one record alone. Arguments that name nothing on the board complete to nothing.
 */
export function serveCompletion(server: Server, readBoard: ReadBoard, prompts: readonly Prompt[]): void {
  const ofPrompt = (prompt: string, argument: string): SuggestedKind | undefined => {
    const asked = prompts.find(({ name }) => name === prompt)?.arguments.find(({ name }) => name === argument);
    return asked?.of ?? asked?.like;
  };
  server.setRequestHandler("completion/complete", { params: COMPLETED }, async ({ ref, argument }, { mcpReq }) => {
    const kind =
      ref.type === "ref/prompt"
        ? ofPrompt(ref.name, argument.name)
        : KINDS.find(({ uriTemplate }) => argument.name === "id" && uriTemplate === ref.uri)?.of;
    if (kind === undefined) return { completion: { values: [], hasMore: false } };
    const found = await readBoard("completion/complete", mcpReq.signal, (call) => suggest(call, kind, argument.value));
    const values = ref.type === "ref/prompt" && kind === "project" ? namesOf(found) : found.map(({ id }) => id);
    return { completion: { values: values.slice(0, MOST), total: values.length, hasMore: values.length > MOST } };
  });
}

/** Names that are unique, else ids. */
function namesOf(found: readonly Suggestion[]): string[] {
  const often = new Map<string, number>();
  for (const { name } of found) often.set(name, (often.get(name) ?? 0) + 1);
  return found.map(({ id, name }) => (often.get(name) === 1 && name !== "" ? name : id));
}
