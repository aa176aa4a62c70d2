import { expect } from "vitest";
import { ToolError } from "./client.js";

interface OwnMatchers<R> {
  /** The promise is rejected with a ToolError of this code, with a message and a hint. */
  toFailWith(code: string): R;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares it so
  interface Matchers<T = any> extends OwnMatchers<T> {}
}

expect.extend({
  async toFailWith(received: Promise<unknown>, code: string) {
    const outcome = await received.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const error = "error" in outcome ? outcome.error : undefined;
    const pass = error instanceof ToolError && error.code === code && error.message !== "" && error.hint !== "";
    const got = error ? `${(error as ToolError).code}: ${(error as Error).message}` : JSON.stringify(outcome);
    return { pass, message: () => `expected the call ${pass ? "not " : ""}to fail with ${code}, got ${got}` };
  },
});
