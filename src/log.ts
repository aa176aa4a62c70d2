/** Writes one JSON line to stderr; stdout belongs to JSON-RPC. */
export type Log = (level: "info" | "warn" | "error", event: string, fields?: Record<string, unknown>) => void;

/** The server's log. A line is one `JSON.stringify`; a logging library would only add start-up time. */
export const stderrLog: Log = (level, event, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
};
