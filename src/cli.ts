#!/usr/bin/env node
import "./small-heap.js";
import { Command, InvalidArgumentError, Option } from "commander";
import { packageVersion } from "./commands/package.js";
import { type Flags, holdsVariable, loadConfig, SETTINGS, type Setting, typedPath } from "./config.js";

const program = new Command("fireboard")
  .description("A project board for AI agents: an MCP server on Firestore, in a file of its own or in the cloud")
  .version(packageVersion());

/** Hosts start the server by flags alone or by nothing; another first word names a command, and is told when it is none. */
const namesCommand = process.argv[2] !== undefined && !process.argv[2].startsWith("-");
withSettings(program.command("serve", { isDefault: !namesCommand }), Object.values(SETTINGS))
  .description("serve the board over stdio (the default), or over HTTP")
  .action(async (flags: Flags) => {
    const config = loadConfig(flags);
    if (config.http) {
      const { serveHttp } = await import("./commands/serve-http.js");
      process.exit(await serveHttp(config));
    }
    const { serve } = await import("./commands/serve.js");
    process.exit(await serve(config));
  });

program
  .command("quickstart")
  .description("play two agents on a throw-away board, then say how to connect your own")
  .action(async () => {
    const { quickstart } = await import("./commands/quickstart.js");
    process.exit(await quickstart());
  });

program
  .command("emulator")
  .description("serve an empty or existing store to any Firestore client on this machine")
  .addOption(new Option("--port <number>", "TCP port on 127.0.0.1").argParser(portNumber).makeOptionMandatory())
  .addOption(new Option("--data <file>", "file that keeps the data").default(":memory:").argParser(fileOrMemory))
  .option("--create-indexes", "make missing composite indexes instead of refusing the query", false)
  .action(async (options: { port: number; data: string; createIndexes: boolean }) => {
    const { emulator } = await import("./commands/emulator.js");
    process.exitCode = await emulator(options);
  });

/** The settings that choose what agents are offered. */
const SELECTION = [SETTINGS.toolsets, SETTINGS.tools, SETTINGS.excludeTools, SETTINGS.readOnly, SETTINGS.project];
/** The REPL has the methods that it has. */
const CHOICE_OF_TOOLS: readonly Setting[] = [SETTINGS.toolsets, SETTINGS.tools, SETTINGS.excludeTools];
const OVER_HTTP: readonly Setting[] = [
  SETTINGS.http,
  SETTINGS.publicUrl,
  SETTINGS.allowedHosts,
  SETTINGS.allowedOrigins,
  SETTINGS.callsPerMinute,
  SETTINGS.callsAtOnce,
];
withSettings(
  program.command("repl"),
  Object.values(SETTINGS).filter((setting) => ![...CHOICE_OF_TOOLS, ...OVER_HTTP].includes(setting)),
)
  .description("answer the turn log's requests, YAML or JSON, on stdin and stdout")
  .action(async (flags: Flags) => {
    const { repl } = await import("./commands/repl.js");
    process.exit(await repl(loadConfig(flags)));
  });

withSettings(program.command("tools"), SELECTION)
  .description("list the tools that agents get")
  .addOption(new Option("--json", "as JSON, with their arguments").conflicts("tokens"))
  .addOption(new Option("--tokens", "with what each costs a model"))
  .action(async ({ json, tokens, ...flags }: Flags & { json?: true; tokens?: true }) => {
    const { tools } = await import("./commands/tools.js");
    process.exitCode = await tools(json ? "json" : tokens ? "tokens" : "text", loadConfig(flags).selection);
  });

/** The settings that determine the file of the embedded board. People type these commands, hosts do not. */
function withFileSettings(command: Command): Command {
  const dataDir = new Option(`--${SETTINGS.dataDir.flag} <value>`, SETTINGS.dataDir.description).argParser(path);
  return withSettings(command, [SETTINGS.store]).addOption(dataDir);
}
const store = program.command("store").description("look after the embedded board's file");
withFileSettings(store.command("path"))
  .description("print where the file is")
  .action(async (flags: Flags) => {
    const { storePath } = await import("./commands/store-admin.js");
    process.exitCode = await storePath(loadConfig(flags).store);
  });
withFileSettings(store.command("check"))
  .description("read the whole file and report damage")
  .action(async (flags: Flags) => {
    const { storeCheck } = await import("./commands/store-admin.js");
    process.exitCode = await storeCheck(loadConfig(flags).store);
  });
withFileSettings(store.command("backup"))
  .description("copy it into a new file, also while it is in use")
  .argument("<file>", "the new file", path)
  .action(async (file: string, flags: Flags) => {
    const { storeBackup } = await import("./commands/store-admin.js");
    process.exitCode = await storeBackup(loadConfig(flags).store, file);
  });

/** What `fireboard token create` takes besides settings. */
interface TokenFlags {
  role: string;
  project?: string[];
  expires?: string;
}
/** The settings that choose a store, whichever it is. */
const STORE = [SETTINGS.store, SETTINGS.dataDir, SETTINGS.projectId, SETTINGS.databaseId, SETTINGS.collectionPrefix];
// A client of Firestore that has ended a transaction keeps a timer, so that the process is ended, not waited for.
const token = program.command("token").description("who may call a server over HTTP");
withSettings(token.command("create"), STORE)
  .description("make an access token and print it, this once")
  .argument("<name>", "who or what gets it, for people")
  .requiredOption("--role <role>", "what it may do: viewer, agent, lead or admin")
  .option("--project <id>", "a project it may see, again for another one; all if not given", listed)
  .option("--expires <days>", "how long it can be used, as 90d; for ever if not given")
  .action(async (name: string, { role, project, expires, ...flags }: Flags & TokenFlags) => {
    const { tokenCreate } = await import("./commands/token.js");
    process.exit(await tokenCreate(loadConfig(flags).store, { name, role, projects: project, expires }));
  });
withSettings(token.command("list"), STORE)
  .description("list the access tokens, with when each was last used")
  .action(async (flags: Flags) => {
    const { tokenList } = await import("./commands/token.js");
    process.exit(await tokenList(loadConfig(flags).store));
  });
withSettings(token.command("revoke"), STORE)
  .description("end an access token")
  .argument("<id>", "as token list shows it")
  .action(async (id: string, flags: Flags) => {
    const { tokenRevoke } = await import("./commands/token.js");
    process.exit(await tokenRevoke(loadConfig(flags).store, id));
  });

await program.parseAsync();

function withSettings(command: Command, settings: readonly Setting[]): Command {
  for (const { flag, isSwitch, description } of settings)
    if (flag !== undefined) command.addOption(new Option(isSwitch ? `--${flag}` : `--${flag} <value>`, description));
  return command;
}

/** What a person types is relative to the working folder; no shell replaces the `~` of `--data=~/file`. */
function path(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  if (holdsVariable(text)) throw new InvalidArgumentError("It holds a variable that was not replaced by its value.");
  return typedPath(text);
}

function fileOrMemory(text: string): string {
  return text === ":memory:" ? text : path(text);
}

function listed(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}
