import { constants, type ServerHttp2Stream } from "node:http2";

/** How much of requests is kept. */
export interface ReceiveLimits {
  /** Bytes of the requests that are in the engine, of all connections together. */
  totalBytes: number;
  /** Milliseconds within which a request must have come, except on streams of requests. */
  requestMs: number;
}

/** A dozen of the largest commits at once. */
export const DEFAULT_RECEIVE_LIMITS: ReceiveLimits = { totalBytes: 128 * 1024 * 1024, requestMs: 60_000 };

/** The bytes of requests that are in the engine. */
export interface ReceivedBytes {
  /**
   * Counts what comes on the stream of a call from now on, until it is closed; gives the call's number. With `many`
   * the call has a stream of requests, each of which is counted until `done` is called for it.
   */
  count(stream: ServerHttp2Stream, many: boolean): string;
  /** The call of this number is done with a request of so many bytes. */
  done(call: string, bytes: number): void;
  close(): void;
}

/** What a chunk costs besides its bytes. */
const CHUNK_BYTES = 256;
const SWEEP_MS = 1_000;

interface Call {
  stream: ServerHttp2Stream;
  many: boolean;
  since: number;
  /** Bytes that were read, and what their chunks cost. */
  bytes: number;
  chunkBytes: number;
  /** The request, or the last of many, has come. */
  complete: boolean;
}

/**
 * Keeps the requests in the engine below a sum of bytes: when there are more, the call whose unfinished request holds
 * the most is closed with ENHANCE_YOUR_CALM, which gRPC clients take as RESOURCE_EXHAUSTED. So a small request gets
 * through whatever others send, and nobody waits for a place. Requests that do not become complete end the same way.
 * https://www.rfc-editor.org/rfc/rfc9113#section-7
 */
export function createReceivedBytes({ totalBytes, requestMs }: ReceiveLimits): ReceivedBytes {
  const calls = new Map<string, Call>();
  let lastCall = 0;
  let counted = 0;

  const sweep = setInterval(() => {
    const tooOld = performance.now() - requestMs;
    let waiting = 0;
    for (const call of calls.values()) {
      if (!call.many && !call.complete && call.since < tooOld) end(call);
      waiting += call.stream.readableLength;
    }
    shed(waiting);
  }, SWEEP_MS).unref();

  /** `waiting`: the bytes that have come while nobody reads their stream. At most a window each, so that a look now and then does. */
  function shed(waiting: number): void {
    for (let over = counted + waiting - totalBytes; over > 0; ) {
      const largest = largestUnfinished(calls.values());
      if (!largest) return;
      over -= heldBy(largest);
      end(largest);
    }
  }

  function add(call: Call, bytes: number, chunkBytes: number): void {
    call.bytes += bytes;
    call.chunkBytes += chunkBytes;
    counted += bytes + chunkBytes;
  }

  return {
    count(stream, many) {
      const call: Call = { stream, many, since: performance.now(), bytes: 0, chunkBytes: 0, complete: false };
      lastCall += 1;
      const id = String(lastCall);
      calls.set(id, call);
      stream.on("data", (chunk: Buffer) => {
        add(call, chunk.length, CHUNK_BYTES);
        if (counted > totalBytes) shed(0);
      });
      stream.once("end", () => {
        call.complete = true;
      });
      stream.once("close", () => {
        calls.delete(id);
        add(call, -call.bytes, -call.chunkBytes);
      });
      return id;
    },
    done(id, bytes) {
      const call = calls.get(id);
      if (!call) return;
      // An empty message has no bytes but those of its frame, and a compressed one fewer than it says.
      const done = Math.min(call.bytes, bytes + FRAME_BYTES);
      add(call, -done, call.bytes === 0 ? 0 : -call.chunkBytes * (done / call.bytes));
    },
    close: () => clearInterval(sweep),
  };
}

/** Before each message: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const FRAME_BYTES = 5;

function heldBy({ bytes, chunkBytes, stream }: Call): number {
  return bytes + chunkBytes + stream.readableLength;
}

function largestUnfinished(calls: Iterable<Call>): Call | undefined {
  let largest: Call | undefined;
  for (const call of calls) {
    if (call.complete || call.stream.closed) continue;
    if (!largest || heldBy(call) > heldBy(largest)) largest = call;
  }
  return largest;
}

function end({ stream }: Call): void {
  stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}
