import type { Principal } from "./principal.js";

/**
 * Finds out who sent a request, by its headers alone (names in any case). Rejects with AccessRefusal when it is nobody
 * that may call, or when that cannot be known.
 */
export type Authenticate = (headers: Headers) => Promise<Principal>;

/**
 * Why a request has no principal: 401, it shows no credentials or none that hold; 403, they hold and are nobody's here;
 * 503, what they must be checked against is out of reach, which never means that it is allowed.
 */
export class AccessRefusal extends Error {
  constructor(
    readonly status: 401 | 403 | 503,
    /** For the client and the log, so it quotes nothing of the request: what is wrong and what to do. */
    message: string,
    /** Parameters of the WWW-Authenticate challenge of a 401, as `error="invalid_token"`; the scheme is Bearer. */
    readonly challenge: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The token that a request shows in its Authorization header. Throws AccessRefusal (401) when it shows none. */
export function bearerOf(headers: Headers): string {
  const [, shown] = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (shown === undefined) throw new AccessRefusal(401, "Send the token: Authorization: Bearer, and the token.");
  return shown;
}

/** The refusal (401) of a token that nobody has. */
export function unknownToken(): AccessRefusal {
  return new AccessRefusal(401, "This token is not known.", ['error="invalid_token"']);
}
