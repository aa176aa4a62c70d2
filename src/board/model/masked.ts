import { z } from "zod";
import { MASKS } from "../../firestore/masks.js";
import { activityDocument } from "./activity.js";
import { agentDocument } from "./agent.js";
import { deliveryDocument } from "./delivery.js";
import type { Stored } from "./fields.js";
import { memoryDocument } from "./memory.js";
import { participantDocument } from "./participant.js";
import { projectDocument } from "./project.js";
import { sessionDocument } from "./session.js";
import { taskDocument } from "./task.js";
import { turnDocument } from "./turn.js";

type Only<T extends z.ZodRawShape, F extends keyof T> = z.ZodObject<Pick<T, F>>;

/** The schemas of a document as its masks give it: each has the fields of its mask and no other, and so have its rows. */
function masked<T extends z.ZodRawShape, M extends Record<string, readonly (keyof T & string)[]>>(
  { shape }: z.ZodObject<T>,
  masks: M,
): { [K in keyof M]: Only<T, M[K][number]> } {
  const only = (fields: readonly (keyof T & string)[]) =>
    z.object(Object.fromEntries(fields.map((field) => [field, shape[field]])) as z.ZodRawShape);
  const schemas = Object.entries(masks).map(([name, fields]) => [name, only(fields)]);
  return Object.fromEntries(schemas) as { [K in keyof M]: Only<T, M[K][number]> };
}

/** Projects as masks give them. */
export const maskedProject = masked(projectDocument, MASKS.projects);
/** Tasks as masks give them. */
export const maskedTask = masked(taskDocument, MASKS.tasks);
/** Sessions as masks give them. */
export const maskedSession = masked(sessionDocument, MASKS.sessions);
/** Participants as masks give them. */
export const maskedParticipant = masked(participantDocument, MASKS.participants);
/** Turns as masks give them. */
export const maskedTurn = masked(turnDocument, MASKS.turns);
/** Entries of the activity log as masks give them. */
export const maskedEntry = masked(activityDocument, MASKS.activity_log);
/** Agents as masks give them. */
export const maskedAgent = masked(agentDocument, MASKS.agents);
/** Memories as masks give them. */
export const maskedMemory = masked(memoryDocument, MASKS.memories);
/** Deliveries as masks give them. */
export const maskedDelivery = masked(deliveryDocument, MASKS.deliveries);

/** A row of such a schema, with its id. */
export type RowOf<S extends z.ZodObject> = Stored<z.output<S>>;
