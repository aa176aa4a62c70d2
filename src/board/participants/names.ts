import { LIMITS } from "../model/limits.js";

/** A name that none of the others has: the given one, else with a number behind it (`claude-2`). Pure. */
export function freeName(name: string, taken: ReadonlySet<string | null>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) {
    const suffix = `-${number}`;
    free = `${name.slice(0, LIMITS.agentName - suffix.length).toWellFormed()}${suffix}`;
  }
  return free;
}

/**
 * Whether one of two names is the other with a number behind it, as `freeName` gives; of a name that it shortened this is
 * not seen. `worker-1` and `worker-2` are two names. Pure.
 */
export function differByNumber(one: string, another: string): boolean {
  return isNumbered(one, another) || isNumbered(another, one);
}

function isNumbered(name: string, plain: string): boolean {
  return name.startsWith(`${plain}-`) && /^\d{1,2}$/.test(name.slice(plain.length + 1));
}
