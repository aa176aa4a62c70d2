#!/usr/bin/env node
import { Command, Option } from "commander";
import { packageVersion } from "./commands/package.js";
import { loadConfig, SETTINGS } from "./config.js";

const program = new Command("fireboard")
  .description("A project board for AI agents: an MCP server on Cloud Firestore")
  .version(packageVersion());

const serve = program.command("serve", { isDefault: true }).description("serve the board over stdio (the default)");
for (const setting of Object.values(SETTINGS))
  if ("flag" in setting) serve.addOption(new Option(`--${setting.flag} <value>`, setting.description));
serve.action(async (flags: Record<string, string>) => {
  const { serve: run } = await import("./commands/serve.js");
  process.exit(await run(loadConfig(flags)));
});

program
  .command("quickstart")
  .description("play two agents on a throw-away board, then say how to connect your own")
  .action(async () => {
    const { quickstart } = await import("./commands/quickstart.js");
    process.exit(await quickstart());
  });

await program.parseAsync();
