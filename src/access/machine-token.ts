import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../board/core/digest.js";
import { type Authenticate, bearerOf, unknownToken } from "./authenticate.js";
import type { Principal } from "./principal.js";
import { isSecretOf, newSecret } from "./token.js";

/** The token of this machine's owner, and the file that keeps it. */
export interface MachineToken {
  /** The file's path, for the owner: clients on this machine take the token from it. */
  file: string;
  /** Whether a request shows what has this token's form, so that no store is asked. Throws AccessRefusal for nothing. */
  mayBe(headers: Headers): boolean;
  /** Knows whoever shows it as the owner, who may do everything. */
  authenticate: Authenticate;
}

/** Why there is no token: others could have read or written it. The message names the file, for the owner. */
export class TokenFileError extends Error {}

const NAME = "http-token";
const OWNER: Principal = { id: "machine", name: "owner", role: "admin", projects: null };
const FORM = /^fbm_[\w-]{43}$/;

/**
 * Reads the token of this machine from a folder, where it is made at the first start: 256 random bits in a file that only
 * its owner can read. Throws TokenFileError when others can read it too, or when it holds no token.
 */
export async function openMachineToken(folder: string): Promise<MachineToken> {
  const file = join(folder, NAME);
  const token = (await readToken(file)) ?? (await makeToken(folder, file));
  const expected = { hash: sha256(token) };
  return {
    file,
    mayBe: (headers) => FORM.test(bearerOf(headers)),
    authenticate: async (headers) => {
      if (isSecretOf(expected, bearerOf(headers))) return OWNER;
      throw unknownToken();
    },
  };
}

async function readToken(file: string): Promise<string | null> {
  const found = await unlessMissing(stat(file));
  if (found === null) return null;
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0)
    throw new TokenFileError(`${file} can be read by others. Delete it: the next start makes another token.`);
  const token = (await readFile(file, "utf8")).trim();
  if (!FORM.test(token)) throw new TokenFileError(`${file} holds no token. Delete it: the next start makes one.`);
  return token;
}

/** Of several processes that make one at once, the first has made it: no other process ever reads half a file. */
async function makeToken(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(made, `fbm_${newSecret()}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(made, file);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    await rm(made);
  }
  const token = await readToken(file);
  if (token === null) throw new TokenFileError(`${file} was deleted while it was made. Start again.`);
  return token;
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
