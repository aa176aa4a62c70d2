import type { Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import { BoardError } from "../../board/core/errors.js";
import { fitItems } from "../../board/core/list-answer.js";
import type { Project } from "../../board/model/project.js";
import { namesOfProjects } from "../../board/projects/list.js";
import { protocolError, type ReadBoard } from "../render.js";
import { KINDS, kindOf, PROJECTS, uriOf } from "./kinds.js";

const mimeType = "application/json";
/** Projects per page of the list; each gives a resource of every kind that is of a project. */
const PAGE_OF_PROJECTS = 50;

const LISTED = z.object({ cursor: z.string().optional() });
const READ = z.object({ uri: z.string() });

/**
 * The board as resources: listing gives the projects and their handoffs, page by page;
 * tasks and sessions are reached through templates, whose ids complete. Read only by nature.
 */
export function serveResources(server: Server, readBoard: ReadBoard): void {
  server.setRequestHandler("resources/templates/list", { params: z.object({}) }, () => ({
    resourceTemplates: KINDS.map(({ uriTemplate, name, title, description }) => ({
      uriTemplate,
      name,
      title,
      description,
      mimeType,
    })),
  }));

  server.setRequestHandler("resources/list", { params: LISTED }, async ({ cursor }, { mcpReq }) => {
    const { uri, name, title, description } = PROJECTS;
    const first = cursor === undefined ? [{ uri, name, title, description, mimeType }] : [];
    const { rows, next_cursor } = await readBoard("resources/list", mcpReq.signal, async (call) => {
      const page = await namesOfProjects(call, { limit: PAGE_OF_PROJECTS, cursor });
      // The resources of a project are no data to be cut.
      return fitItems({ ...call.answer, rowTokens: call.answer.tokens }, page, resourcesOf, first);
    });
    const resources = rows.flatMap(({ resources }) => resources);
    return { resources: [...first, ...resources], ...(next_cursor === null ? {} : { nextCursor: next_cursor }) };
  });

  server.setRequestHandler("resources/read", { params: READ }, async ({ uri }, { mcpReq }) => {
    const found = uri === PROJECTS.uri ? { kind: PROJECTS, id: "" } : kindOf(uri);
    if (!found) throw protocolError(unknownUri());
    const content = await readBoard("resources/read", mcpReq.signal, (call) => found.kind.read(call, found.id));
    return { contents: [{ uri, mimeType, text: JSON.stringify(content) }] };
  });
}

/** The resources of a project. */
const resourcesOf = (project: Pick<Project, "id" | "name">) => ({
  resources: KINDS.filter((kind) => kind.of === "project").map((kind) => ({
    uri: uriOf(kind, project.id),
    name: `${kind.name} ${project.id}`,
    title: `${kind.title}: ${project.name}`,
    description: kind.description,
    mimeType,
  })),
});

function unknownUri(): BoardError {
  return new BoardError(
    "invalid_argument",
    "This server has no resource of this URI.",
    `There are ${[PROJECTS.uri, ...KINDS.map(({ uriTemplate }) => uriTemplate)].join(", ")}.`,
  );
}
