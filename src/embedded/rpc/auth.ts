import { createHash, timingSafeEqual } from "node:crypto";
import { type Metadata, status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";

/**
 * A check that lets a call pass only with `authorization: Bearer <token>`; without a token everything passes.
 * https://grpc.io/docs/guides/auth/
 */
export function tokenCheck(token: string | undefined): (metadata: Metadata) => void {
  if (token === undefined) return () => {};
  const expected = digest(`Bearer ${token}`);
  return (metadata) => {
    const given = metadata.get("authorization").map(String);
    if (given.some((value) => timingSafeEqual(digest(value), expected))) return;
    throw new StatusError(status.UNAUTHENTICATED, "This store answers only to callers that carry its token.");
  };
}

// Digests have one length, as the comparison needs, and tell nothing about how much of a guess was right.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
