import type { Fields, Value } from "../encoding/messages.js";

/** A top-level collection whose documents can be searched by their texts, and which of their fields hold these. */
export interface TextSource {
  collection: string;
  /** The field that a search weighs most. */
  title: string;
  /** Further fields, by names joined by dots. Each may hold a text or a list of texts; other values count as empty. */
  texts: readonly string[];
  /** The field by whose value a search can be confined. */
  scope: string;
  /** A sub-collection whose documents say more; what is found in one of them is the document that holds it. */
  parts?: { collection: string; texts: readonly string[] };
  /** Only this many documents, those that changed last; all when not given. */
  latest?: number;
}

/** What a document says, as far as it is searched. */
export interface DocumentTexts {
  title: string;
  body: string;
  scope: string | null;
}

/** Of longer texts the beginning is searched, in characters of all of them together: one step must stay short. */
const MOST_CHARACTERS = 200_000;

/** The searched texts of a document. */
export function textsOf({ title, texts, scope }: TextSource, fields: Fields): DocumentTexts {
  const confined = fields[scope];
  return {
    title: textOf(fields[title]).slice(0, MOST_CHARACTERS),
    body: bodyOf(texts, fields),
    scope: confined?.valueType === "stringValue" ? confined.stringValue : null,
  };
}

/** The searched texts of a part, whose scope is that of the document that holds it. */
export function partTextsOf({ texts }: NonNullable<TextSource["parts"]>, fields: Fields): DocumentTexts {
  return { title: "", body: bodyOf(texts, fields), scope: null };
}

function bodyOf(texts: readonly string[], fields: Fields): string {
  return texts
    .map((field) => textOf(valueAt(fields, field.split("."))))
    .join("\n")
    .slice(0, MOST_CHARACTERS);
}

function valueAt(fields: Fields, [name = "", ...deeper]: readonly string[]): Value | undefined {
  const value = fields[name];
  if (deeper.length === 0) return value;
  return value?.valueType === "mapValue" ? valueAt(value.mapValue.fields ?? {}, deeper) : undefined;
}

function textOf(value: Value | undefined): string {
  if (value?.valueType === "stringValue") return value.stringValue;
  if (value?.valueType === "arrayValue") return (value.arrayValue.values ?? []).map(textOf).join("\n");
  return "";
}
