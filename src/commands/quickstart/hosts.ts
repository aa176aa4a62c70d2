/** How to connect one agent host: its name, where the text goes, and the text to paste. */
export interface HostSetup {
  host: string;
  where: string;
  paste: string;
}

/** What to paste for each agent host, to start the server from `serverFile` (an absolute path). */
export function hostSetups(serverFile: string): HostSetup[] {
  const command = { command: "node", args: [serverFile] };
  return [
    {
      host: "Claude Code",
      where: "in a terminal",
      paste: `claude mcp add --scope user fireboard -- node ${shellWord(serverFile)}`,
    },
    {
      host: "Cursor",
      where: "in ~/.cursor/mcp.json, or .cursor/mcp.json of a project",
      paste: JSON.stringify({ mcpServers: { fireboard: command } }, null, 2),
    },
    {
      host: "Codex",
      where: "in ~/.codex/config.toml",
      // A JSON string is a valid TOML basic string.
      paste: `[mcp_servers.fireboard]\ncommand = "node"\nargs = [${JSON.stringify(serverFile)}]`,
    },
  ];
}

/** The line for a shell that serves the board of `serverFile` over HTTP. */
export function httpCommand(serverFile: string): string {
  return `node ${shellWord(serverFile)} serve --http 8137`;
}

function shellWord(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  return process.platform === "win32" ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}
