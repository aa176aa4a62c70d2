/** The summary of a session that was abandoned before it said anything (docs/contracts.md 3.1). */
export const UNSAID = "Session abandoned (new session started)";

/** Whether a field of notes is still empty: null, "", or the sentence that abandoning puts there. */
export function isUnsaid(value: string | null): boolean {
  return !value || value === UNSAID;
}
