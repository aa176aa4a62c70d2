import { z } from "zod";
import { ADDS, defineTool } from "../../src/tools/define.js";

/** A writing tool whose call with the id `held` lasts until `finish`; `begun` has the ids of the calls that ran. */
export function heldTool(held: string) {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const begun: string[] = [];
  const tool = defineTool({
    name: "write",
    title: "Write",
    description: "Takes as long as the test says",
    annotations: ADDS,
    input: z.strictObject({ id: z.string(), text: z.string().optional() }),
    output: z.object({}),
    handler: async (_call, { id }) => {
      begun.push(id);
      if (id === held) await finished;
      return {};
    },
  });
  return { tool, begun, finish: () => finish() };
}
