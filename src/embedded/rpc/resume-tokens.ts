import { randomBytes } from "node:crypto";
import type { TargetMessage } from "../encoding/messages.js";

/**
 * Resume tokens, by which clients continue from a snapshot that they have. They hold for one running engine: any other
 * may have another past, as on another store or a restored backup.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#target
 */
export interface ResumeTokens {
  /** The token of the snapshot with this clock (microseconds). */
  at(clock: number): Buffer;
  /**
   * The clock that a client comes back from: undefined for a new client, -1 (before everything) when it is not known.
   */
  since(message: Pick<TargetMessage, "resumeToken" | "readTime">): number | undefined;
}

const ENGINE_BYTES = 8;
const CLOCK_BYTES = 8;

/** Makes the tokens of one engine. */
export function createResumeTokens(): ResumeTokens {
  const engine = randomBytes(ENGINE_BYTES);
  return {
    at(clock) {
      const token = Buffer.alloc(ENGINE_BYTES + CLOCK_BYTES, engine);
      token.writeBigUInt64BE(BigInt(clock), ENGINE_BYTES);
      return token;
    },
    since({ resumeToken, readTime }) {
      if (!resumeToken?.length) return readTime ? -1 : undefined;
      const known = resumeToken.length === ENGINE_BYTES + CLOCK_BYTES && resumeToken.indexOf(engine) === 0;
      return known ? Number(resumeToken.readBigUInt64BE(ENGINE_BYTES)) : -1;
    },
  };
}
