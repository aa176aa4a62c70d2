import type { Call } from "../core/call.js";

/** Says that the turn log can be used, by reading one session of the store, if there is one (contracts.md 5, bootstrap). */
export async function bootstrap(call: Call) {
  await call.store.query("sessionHistory", { limit: 1 }).get();
  return { initialized: true as const };
}
