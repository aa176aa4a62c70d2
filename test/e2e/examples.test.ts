import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { runCli } from "../support/cli.js";
import { type Agent, type Answer, outcomeOf, startAgent } from "../support/client.js";
import { fences, PAGES, readPage } from "../support/markdown.js";

/** A JSON block of a page: a call, or a part of the answer to the call before it. */
interface Block {
  tool?: string;
  arguments?: Record<string, unknown>;
}

const examples = PAGES.map((page): [string, Block[]] => [
  page,
  fences(readPage(page), "json").map((json) => JSON.parse(json)),
]).filter(([, blocks]) => blocks.some(({ tool }) => tool));

/** Times differ from run to run. */
function withoutTimes(value: unknown): unknown {
  const text = JSON.stringify(value);
  return JSON.parse(text.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"/g, '"a time"'));
}

let folder: string;
let agent: Agent;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fireboard-examples-"));
  // The first call loads the store's libraries, which takes long on a busy machine.
  const env = { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: folder };
  agent = await startAgent({ ...env, FIREBOARD_TELEMETRY_DEADLINE_MS: "60000" });
});
afterAll(async () => {
  await agent.close();
  rmSync(folder, { recursive: true });
});

async function answer({ tool = "", arguments: args = {} }: Block): Promise<Answer> {
  const outcome = await outcomeOf(agent, tool, args);
  return "refusal" in outcome ? { error: outcome.refusal } : outcome.result;
}

describe.each(examples)("the examples of %s", (_, blocks) => {
  test("answer what the page says", async () => {
    let last: Answer;
    for (const [at, block] of blocks.entries()) {
      if (!block.tool) {
        expect(withoutTimes(last), `block ${at}`).toMatchObject(withoutTimes(block) as object);
        continue;
      }
      last = await answer(block);
      // A call whose answer is not shown succeeds.
      const shown = blocks[at + 1];
      if (!shown || shown.tool) expect(last, block.tool).not.toHaveProperty("error");
    }
  });
});

test("the turn log's pipe answers what the page says", () => {
  const [requests = "", answers = ""] = fences(readPage("docs/turn-log.md"), "yaml");
  const { status, stdout } = runCli(["repl"], { FIREBOARD_STORE: "embedded", FIREBOARD_DATA_DIR: folder }, requests);
  expect(status).toBe(0);
  const documents = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS());
  expect(withoutTimes(documents(stdout))).toMatchObject(withoutTimes(documents(answers)) as object);
});

test("there are examples of the tools that work without the board", () => {
  expect(examples.map(([page]) => page)).toEqual(expect.arrayContaining(["docs/telemetry.md", "docs/turn-log.md"]));
});
