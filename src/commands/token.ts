import { z } from "zod";
import { ROLES } from "../access/principal.js";
import { stateOf } from "../access/token.js";
import { createToken, listTokens, revokeToken } from "../access/token-store.js";
import { asBoardError, BoardError, invalidArgument } from "../board/core/errors.js";
import { MOST_PROJECTS } from "../board/scope/scope-store.js";
import type { Config } from "../config.js";
import type { Store } from "../firestore/store.js";
import { engineNotices } from "./engine-notices.js";
import { exitCodeOf } from "./exit-code.js";
import { systemRuntime } from "./system-runtime.js";

/** What `fireboard token create` is given, as it was typed. */
export interface TokenRequest {
  name: string;
  role: string;
  /** The ids of its projects; undefined: all. */
  projects: string[] | undefined;
  /** Days until it expires, as `90d`; undefined: never. */
  expires: string | undefined;
}

const HOURS_OF_DAY = 24;

const request = z.object({
  name: z.string().trim().min(1, "The name must not be empty.").max(100, "The name has at most 100 characters."),
  role: z.enum(ROLES, `The role is one of ${ROLES.join(", ")}.`),
  projects: z.array(z.string().min(1)).max(MOST_PROJECTS, `A token has at most ${MOST_PROJECTS} projects.`).optional(),
  expires: z
    .string()
    .regex(/^[1-9]\d{0,3}d$/, "--expires is a number of days, 1d to 9999d.")
    .transform((text) => Number.parseInt(text, 10))
    .optional(),
});

/** Makes an access token and prints it on stdout, for the only time. Gives the exit code. */
export function tokenCreate(config: Config["store"], asked: TokenRequest): Promise<number> {
  return withStore(config, async (store) => {
    const { name, role, projects, expires } = checked(asked);
    const expires_at =
      expires === undefined ? null : new Date(systemRuntime.now().getTime() + expires * HOURS_OF_DAY * 3_600_000);
    const made = await createToken(store, { name, role, projects: projects ?? null, expires_at }, systemRuntime);
    process.stderr.write(`fireboard: token ${made.id} is shown this once; only its hash is stored.\n`);
    return made.token;
  });
}

function checked(asked: TokenRequest): z.output<typeof request> {
  const parsed = request.safeParse(asked);
  if (parsed.success) return parsed.data;
  throw invalidArgument(parsed.error.issues.map(({ message }) => message).join(" "), "Correct it and run it again.");
}

/** Lists the access tokens on stdout: who may do what, and when each was last used. Gives the exit code. */
export function tokenList(config: Config["store"]): Promise<number> {
  return withStore(config, async (store) => {
    const tokens = await listTokens(store);
    if (tokens.length === 0) return "There is no token. fireboard token create makes one.";
    const rows = tokens.map((token) => [
      token.id,
      stateOf(token, systemRuntime.now()),
      token.role,
      token.projects?.join(",") ?? "all projects",
      `made ${dayOf(token.created_at)}`,
      `expires ${dayOf(token.expires_at)}`,
      `last used ${dayOf(token.last_used_at)}`,
      // Last, and as JSON: whatever was typed stays on its line.
      JSON.stringify(token.name),
    ]);
    const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
    return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")).join("\n");
  });
}

/** Ends an access token. Every server refuses it within 30 seconds. Gives the exit code: 1 when there is none. */
export function tokenRevoke(config: Config["store"], id: string): Promise<number> {
  return withStore(config, async (store) => {
    if (!(await revokeToken(store, id, systemRuntime)))
      throw new BoardError("invalid_argument", "There is no token of this id.", "fireboard token list names them.");
    return `token ${id} is revoked; servers that run refuse it within 30 seconds`;
  });
}

function dayOf(time: Date | null): string {
  return time?.toISOString().slice(0, 10) ?? "never";
}

/** Runs a command on the configured store and prints its result. */
function withStore(config: Config["store"], run: (store: Store) => Promise<string>): Promise<number> {
  return exitCodeOf({ kind: BoardError, exitCode: 1 }, async () => {
    if ("problem" in config) throw new BoardError("unavailable", config.problem, config.repair);
    const { openStore } = await import("../firestore/open-store.js");
    let store: Store | undefined;
    try {
      store = await openStore(config, engineNotices);
      process.stdout.write(`${await run(store)}\n`);
      return 0;
    } catch (error) {
      const known = asBoardError(error);
      throw known ? new BoardError(known.code, `${known.message} ${known.hint}`, known.hint) : error;
    } finally {
      await store?.close();
    }
  });
}
