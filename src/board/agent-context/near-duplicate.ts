/** The Jaccard index from which on two texts count as the same memory. */
const SAME = 0.8;

/** Whether two texts say nearly the same: the share of their words that both have (Jaccard index). Pure. */
export function nearDuplicate(a: string, b: string): boolean {
  const [one, two] = [words(a), words(b)];
  const shared = [...one].filter((word) => two.has(word)).length;
  const all = one.size + two.size - shared;
  return all === 0 ? a === b : shared / all >= SAME;
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}
