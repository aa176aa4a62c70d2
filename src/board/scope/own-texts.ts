import type { StoreTextIndex, StoreTextSearch, TextMatches } from "../../firestore/text-search.js";

/**
 * A text index that finds only what is in these projects: each is searched by itself, and the best of all are given. Null
 * when it cannot be used for one of them.
 */
export function ownTexts(textIndex: StoreTextIndex, projects: readonly string[]): StoreTextIndex {
  return async (search) => {
    const asked = projects.filter((id) => search.project_id === undefined || search.project_id === id);
    const answers = await Promise.all(asked.map((project_id) => textIndex({ ...search, project_id })));
    const found = answers.flatMap((answer) => answer ?? []);
    return found.length < answers.length ? null : bestOf(found, search);
  };
}

/** What several searches of the same words, each in another project, found together. Pure. */
function bestOf(found: readonly TextMatches[], { collections, limit }: StoreTextSearch): TextMatches {
  const coverage = collections.map((collection) => {
    const reached = found.flatMap((each) => each.coverage[collection] ?? []);
    const sum = reached.reduce((all, { indexed }) => all + indexed, 0);
    const all = (is: "current" | "complete") => reached.every((each) => each[is]);
    return [collection, { indexed: sum, current: all("current"), complete: all("complete") }] as const;
  });
  return {
    matches: found
      .flatMap(({ matches }) => matches)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit),
    words: [...new Set(found.flatMap(({ words }) => words))],
    coverage: Object.fromEntries(coverage),
  };
}
