import { createHash, timingSafeEqual } from "node:crypto";

/**
 * A check that passes only the value `Bearer <token>` of the header `authorization`; without a token everything passes.
 * https://grpc.io/docs/guides/auth/
 */
export function tokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = digest(`Bearer ${token}`);
  return (authorization) => authorization !== undefined && timingSafeEqual(digest(authorization), expected);
}

// Digests have one length, as the comparison needs, and tell nothing about how much of a guess was right.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
