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

await program.parseAsync();
