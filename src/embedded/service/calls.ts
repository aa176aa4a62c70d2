import { randomUUID } from "node:crypto";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { StatusError } from "../errors.js";
import { toStatusError } from "../storage/sqlite.js";

/**
 * Checks and reports around every RPC.
 * https://grpc.io/docs/guides/status-codes/
 */
export interface CallGuard {
  /** Throws UNAUTHENTICATED for a caller without the token. */
  authorize(method: string, metadata: Metadata): void;
  /** Gets what went wrong inside the store, with the id that the client was told. */
  onError(error: unknown, id: string): void;
}

/** Wraps the handler of an RPC with one answer. */
export function unary<Request, Response>(
  guard: CallGuard,
  method: string,
  handle: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answer = async (): Promise<Response> => {
      guard.authorize(method, call.metadata);
      return handle(call.request);
    };
    answer().then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(guard, error)),
    );
  };
}

/** The messages of a streaming answer; `write` waits while the client is slow and throws when it is gone. */
export interface MessageSink<Response> {
  write(message: Response): Promise<void>;
}

/** Wraps the handler of an RPC that streams its answer. */
export function streaming<Request, Response>(
  guard: CallGuard,
  method: string,
  handle: (request: Request, sink: MessageSink<Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const answer = async (): Promise<void> => {
      guard.authorize(method, call.metadata);
      await handle(call.request, sinkOf(call));
    };
    answer().then(
      () => call.end(),
      (error: unknown) => failStream(guard, call, error),
    );
  };
}

/** Wraps an RPC with streams in both directions; `fail` ends it with an error, unless the client has gone. */
export function bidirectional<Request, Response>(
  guard: CallGuard,
  method: string,
  serve: (call: ServerDuplexStream<Request, Response>, fail: (error: unknown) => void) => void,
): handleBidiStreamingCall<Request, Response> {
  return (call) => {
    const fail = (error: unknown): void => failStream(guard, call, error);
    try {
      guard.authorize(method, call.metadata);
    } catch (error) {
      fail(error);
      return;
    }
    serve(call, fail);
  };
}

type AnswerStream<Request, Response> = ServerWritableStream<Request, Response> | ServerDuplexStream<Request, Response>;

function failStream<Request, Response>(guard: CallGuard, call: AnswerStream<Request, Response>, error: unknown): void {
  if (call.cancelled) return;
  // A stream that fails before its metadata is retried by clients for seconds.
  call.sendMetadata(new Metadata());
  call.emit("error", toServiceError(guard, error));
}

/** A client that reads nothing for this long must not keep a snapshot, and with it the log of the file, any longer. */
const STALL_LIMIT_MS = 60_000;

/** A sink that writes to a stream of messages. */
export function sinkOf<Request, Response>(call: AnswerStream<Request, Response>): MessageSink<Response> {
  let wake: (() => void) | undefined;
  let stalled = false;
  for (const event of ["drain", "cancelled"]) call.on(event, () => wake?.());
  return {
    async write(message) {
      if (call.cancelled) throw new StatusError(status.CANCELLED, "The client has gone.");
      if (call.write(message)) return;
      await new Promise<void>((resolve) => {
        const limit = setTimeout(() => {
          stalled = true;
          resolve();
        }, STALL_LIMIT_MS);
        wake = () => {
          clearTimeout(limit);
          resolve();
        };
      });
      if (stalled) throw new StatusError(status.DEADLINE_EXCEEDED, "The client does not read its answer.");
    },
  };
}

/**
 * The error as gRPC sends it. What is not a StatusError is a fault of the store: the client gets an id, and a code
 * that its library does not take as a reason to try again.
 */
function toServiceError(guard: CallGuard, raised: unknown): ServiceError {
  const error = toStatusError(raised);
  if (error instanceof StatusError) return serviceError(error.code, error.message);
  const id = randomUUID().slice(0, 8);
  guard.onError(error, id);
  return serviceError(status.DATA_LOSS, `The store failed on this request (error ${id}).`);
}

/** The header that carries a message holds 64 KiB, in which a byte may take three; longer, no answer arrives. */
const MAX_DETAILS_BYTES = 16 * 1024;

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), {
    code,
    // That header takes neither line breaks nor half a character.
    details: Buffer.from(details)
      .subarray(0, MAX_DETAILS_BYTES)
      .toString()
      .replace(/[\r\n]+/g, " "),
    metadata: new Metadata(),
  });
}
