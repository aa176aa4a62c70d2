/** How large an answer may be, for whoever made the call. */
export interface AnswerSize {
  /** What the whole answer may take, estimated as in tokens.ts. */
  tokens: number;
  /** What the lists and free-form data of one row may take beside its texts. */
  rowTokens: number;
  /** From how many characters on a text in a row is cut. */
  textCharacters: number;
}

/** For agents, whose hosts cut what is longer or keep it from the model (docs/contracts.md 2). */
export const FOR_AGENTS: AnswerSize = { tokens: 8_000, rowTokens: 1_000, textCharacters: 500 };
