import type { SuggestedKind } from "../../board/search/suggest.js";

/** What a prompt asks the person who chooses it. */
export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** The kind of record that it names: it completes from these, and must be one of them. */
  of?: FoundKind;
  /** The kind of record that it completes from, although any text is accepted. */
  like?: SuggestedKind;
}

/** The kinds that have a document of their own. */
export type FoundKind = Exclude<SuggestedKind, "story">;

/** The value of an argument: the text as given, or the record on the board that it names. */
export interface Said {
  id: string;
  name: string;
}

/** A prompt: a text that a person has their agent work by, without remembering the tools' names. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument[];
  /** The tools that the text names; without one of them the prompt is not offered. */
  uses: readonly string[];
  /** The text, for what was said; an argument that was not given is absent. */
  text(said: Readonly<Record<string, Said | undefined>>): string;
}
