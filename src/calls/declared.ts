import type { z } from "zod";

/** A schema without what says that a value may be left out or null. */
export interface Unwrapped {
  inner: z.ZodType;
  optional: boolean;
  nullable: boolean;
}

/** What an argument's schema says of a value that is given. Pure. */
export function unwrap(schema: z.ZodType): Unwrapped {
  const { type } = schema.def;
  if (type !== "optional" && type !== "default" && type !== "nullable")
    return { inner: schema, optional: false, nullable: false };
  const rest = unwrap((schema as z.ZodOptional<z.ZodType>).unwrap());
  return type === "nullable" ? { ...rest, nullable: true } : { ...rest, optional: true };
}

/** Whether a schema, unwrapped, takes a list of texts. Pure. */
export function isListOfTexts({ def }: z.ZodType): boolean {
  if (def.type !== "array") return false;
  const { type } = unwrap((def as z.ZodArray<z.ZodType>["def"]).element).inner.def;
  return type === "string" || type === "enum";
}

/** The schema, unwrapped, of what is at `path` in a call's arguments; undefined where none is declared. Pure. */
export function declaredAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  const { inner } = unwrap(schema);
  const { type } = inner.def;
  if (type === "pipe") return declaredAt((inner as z.ZodPipe<z.ZodType, z.ZodType>).out, path);
  const [step, ...rest] = path;
  if (step === undefined) return inner;
  if (type === "array") return declaredAt((inner as z.ZodArray<z.ZodType>).element, rest);
  const shape = type === "object" ? (inner as z.ZodObject).shape : {};
  return Object.hasOwn(shape, step) ? declaredAt(shape[String(step)] as z.ZodType, rest) : undefined;
}
