import type { SuggestedKind } from "../../board/search/suggest.js";

/** What a prompt asks the person who chooses it. */
export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** What it means on the board, if anything: it completes from there, and must be there. */
  of?: FoundKind;
  /** It completes from the board like this, but may be anything. */
  like?: SuggestedKind;
}

/** What has a document of its own to be found. */
export type FoundKind = Exclude<SuggestedKind, "story">;

/** What a person said for an argument: as it is, or the thing on the board that is meant. */
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
