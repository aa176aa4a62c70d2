/**
 * Why no store can be opened, and how to repair it. Shown to agents: neither text holds a value, a path or a secret.
 */
export interface Problem {
  problem: string;
  repair: string;
}

/** Whether the settings came to a problem instead of what was asked for. */
export function isProblem(outcome: object): outcome is Problem {
  return "problem" in outcome;
}
