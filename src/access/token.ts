import { randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { sha256 } from "../board/core/digest.js";
import { optionalTimestamp, type Stored } from "../board/model/fields.js";
import { MOST_PROJECTS } from "../board/scope/scope-store.js";
import { ROLES } from "./principal.js";

/** An access token as it is stored: what it may do, and how it is recognised; never the token itself. */
export const accessTokenDocument = z.object({
  name: z.string(),
  /** SHA-256 of the secret, in hexadecimal. */
  hash: z.string(),
  role: z.enum(ROLES),
  /** The ids of its projects; null: all. */
  projects: z.array(z.string()).max(MOST_PROJECTS).nullable(),
  created_at: optionalTimestamp,
  expires_at: optionalTimestamp,
  last_used_at: optionalTimestamp,
  revoked_at: optionalTimestamp,
});
/** An access token as it is stored, with its id. */
export type AccessToken = Stored<z.output<typeof accessTokenDocument>>;

/** Bits of the secret part of a token, which nobody can guess. */
const SECRET_BITS = 256;

/** The form of a token: its id, by which it is found, and its secret. */
const FORM = /^fbt_([0-9A-Za-z]{20})_([\w-]{43})$/;

/** A new secret. */
export function newSecret(): string {
  return randomBytes(SECRET_BITS / 8).toString("base64url");
}

/** The token as its bearer shows it. */
export function tokenText(id: string, secret: string): string {
  return `fbt_${id}_${secret}`;
}

/** The parts of a token; null for text that is none. Pure. */
export function readToken(text: string): { id: string; secret: string } | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : null;
}

/** Whether the secret is the token's. How long it takes tells nothing: digests are compared whole. Pure. */
export function isSecretOf(token: Pick<AccessToken, "hash">, secret: string): boolean {
  const [expected, shown] = [Buffer.from(token.hash), Buffer.from(sha256(secret))];
  return expected.length === shown.length && timingSafeEqual(expected, shown);
}

/** Whether a token may be used at this time. Pure. */
export function stateOf(token: Pick<AccessToken, "revoked_at" | "expires_at">, now: Date) {
  if (token.revoked_at !== null) return "revoked";
  return token.expires_at !== null && token.expires_at <= now ? "expired" : "valid";
}
