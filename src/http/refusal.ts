/** Why a request is refused before it reaches the board. */
export class Refusal extends Error {
  constructor(
    /** The HTTP status. */
    readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 500 | 503,
    /** For programs and the log. */
    readonly code: string,
    /** What is wrong and what to do; it quotes nothing of the request. */
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** JSON-RPC's number for errors of the server itself. */
const SERVER_ERROR = -32_000;

/**
 * The answer to a refused request: a JSON-RPC error, as MCP clients expect one. It closes the connection, over which the
 * rest of a body may still be on its way.
 */
export function refusalResponse({ status, code, message, headers }: Refusal): Response {
  const error = { code: SERVER_ERROR, message, data: { code } };
  return Response.json({ jsonrpc: "2.0", id: null, error }, { status, headers: { ...headers, connection: "close" } });
}
