import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../support/client.js";
import { startRaw } from "../support/raw-server.js";

/**
 * What the tools of the board may cost a model, in tokens of o200k: every agent pays it in every session. And what a tool
 * of any family may cost on average. Raise them only for what is worth it, and say so in the commit.
 */
const BOARD_BUDGET = 8_100;
const AVERAGE_BUDGET = 425;

let tools: Answer[];
let handshake: Answer;
beforeAll(async () => {
  // Nothing listens on port 1: listing tools never touches the store.
  const server = startRaw({ FIREBOARD_STORE: "emulator", FIRESTORE_EMULATOR_HOST: "127.0.0.1:1" });
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  handshake = (await server.ask("initialize", params)).result;
  server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  tools = (await server.ask("tools/list")).result.tools;
  server.end();
  await server.exited;
});

it("says how to work with it, within what hosts show", () => {
  expect(handshake.instructions.length).toBeLessThanOrEqual(2_048);
  expect(handshake.instructions).toContain("board_create_session");
});

describe("every tool", () => {
  it("has a name that hosts accept, once", () => {
    const names = tools.map(({ name }) => name);
    expect(names.filter((name) => !/^[A-Za-z0-9_]{1,32}$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has a title, a description of one line and all four annotations", () => {
    for (const { title, description, annotations } of tools) {
      expect(title).toMatch(/\S/);
      expect(description).toMatch(/^\S.*[.)]$/);
      const hints = ["destructiveHint", "idempotentHint", "openWorldHint", "readOnlyHint"];
      expect(Object.keys(annotations).sort()).toEqual(hints);
      for (const hint of hints) expect(typeof annotations[hint]).toBe("boolean");
    }
  });

  it("has schemas of objects; arguments are all known", () => {
    for (const { inputSchema, outputSchema } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: "object" });
      for (const schema of [inputSchema, outputSchema]) expect(schema).not.toHaveProperty("$schema");
    }
  });
});

it("costs a model no more than its budget", () => {
  const tokens = (list: Answer[]) => encode(JSON.stringify(list)).length;
  expect(tokens(tools.filter(({ name }) => name.startsWith("board_")))).toBeLessThanOrEqual(BOARD_BUDGET);
  expect(tokens(tools) / tools.length).toBeLessThanOrEqual(AVERAGE_BUDGET);
});

it("changes only on purpose (vitest -u)", async () => {
  const sections = tools.map(({ name, title, description, annotations, inputSchema, outputSchema }) => {
    const hints = Object.keys(annotations).filter((hint) => annotations[hint]);
    const args = Object.entries(inputSchema.properties as Record<string, Answer>).map(([argument, schema]) => {
      const mark = inputSchema.required?.includes(argument) ? "" : "?";
      return `  ${argument}${mark}: ${JSON.stringify(schema)}`;
    });
    const result = Object.keys(outputSchema.properties).join(", ");
    return [`${name} (${title}) ${hints.join(" ")}`, `  ${description}`, ...args, `  -> ${result}`].join("\n");
  });
  await expect(`${sections.join("\n\n")}\n`).toMatchFileSnapshot("surface.snap.txt");
});
