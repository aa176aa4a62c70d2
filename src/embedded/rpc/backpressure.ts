import { type ServerDuplexStream, type ServerWritableStream, status } from "@grpc/grpc-js";
import { StatusError } from "../errors.js";

/** A call that is answered with a stream of messages. */
export type AnswerStream<Request, Response> =
  | ServerWritableStream<Request, Response>
  | ServerDuplexStream<Request, Response>;

/** The messages of a streaming answer; `write` waits while the client is slow and throws when it has disconnected. */
export interface MessageSink<Response> {
  write(message: Response): Promise<void>;
}

/** How long a client may read nothing, and how long it may take over an answer in all, in milliseconds. */
export interface AnswerLimits {
  stalledMs: number;
  totalMs: number;
}

/** A query's snapshot must not keep the log of the file longer than a transaction may. */
export const DEFAULT_ANSWER_LIMITS: AnswerLimits = { stalledMs: 60_000, totalMs: 270_000 };

/** Bytes of one answer that may wait for its client; beyond, only as many messages as the stream itself lets wait. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * A sink that writes to the stream of a call. Its `write` throws CANCELLED when the client has disconnected and
 * DEADLINE_EXCEEDED when it reads too slowly.
 * https://grpc.io/docs/guides/flow-control/
 */
export function createSink<Request, Response extends object>(
  call: AnswerStream<Request, Response>,
  { stalledMs, totalMs }: AnswerLimits,
): MessageSink<Response> {
  const end = performance.now() + totalMs;
  let wake: (() => void) | undefined;
  let waitingBytes = 0;
  for (const event of ["drain", "cancelled"]) call.on(event, () => wake?.());

  /** Whether the client has read on, or disconnected, in time. */
  const readOn = (): Promise<boolean> =>
    new Promise((resolve) => {
      const limit = setTimeout(resolve, Math.min(stalledMs, end - performance.now()), false);
      wake = () => {
        clearTimeout(limit);
        resolve(true);
      };
    });

  return {
    async write(message) {
      if (call.cancelled) throw new StatusError(status.CANCELLED, "The client has gone.");
      const bytes = "encoded" in message && Buffer.isBuffer(message.encoded) ? message.encoded.length : 0;
      waitingBytes += bytes;
      call.write(message, () => {
        waitingBytes -= bytes;
        wake?.();
      });
      while (!call.cancelled && (call.writableNeedDrain || waitingBytes > MAX_WAITING_BYTES)) {
        if (!(await readOn()))
          throw new StatusError(status.DEADLINE_EXCEEDED, "The client reads its answer too slowly.");
      }
    },
  };
}
