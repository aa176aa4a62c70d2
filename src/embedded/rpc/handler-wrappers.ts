import { randomUUID } from "node:crypto";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { FAULT_KEY, StatusError, type StoreErrorCode } from "../errors.js";
import { toStatusError } from "../storage/sqlite.js";
import { type AnswerLimits, type AnswerStream, createSink, type MessageSink } from "./backpressure.js";
import type { Received } from "./service-definition.js";

/**
 * Checks and reports around every RPC.
 * https://grpc.io/docs/guides/status-codes/
 */
export interface CallGuard {
  /** Called with a fault of the engine and the id that the client got. */
  onError(error: unknown, id: string): void;
  /** Called with a fault of the store's file that a client was told of. */
  onFault(code: StoreErrorCode, message: string): void;
  /** How slowly clients may read streaming answers. */
  answerLimits: AnswerLimits;
  /** A call that has a stream of requests is done with one of so many bytes. */
  onRequestDone(call: Metadata, bytes: number): void;
}

/** Wraps the handler of an RPC with one answer. */
export function unary<Request, Response>(
  guard: CallGuard,
  handle: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answer = async (): Promise<Response> => handle(call.request);
    answer().then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(guard, error)),
    );
  };
}

/** Wraps the handler of an RPC that streams its answer. */
export function streaming<Request, Response extends object>(
  guard: CallGuard,
  handle: (request: Request, sink: MessageSink<Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const answer = async (): Promise<void> => handle(call.request, createSink(call, guard.answerLimits));
    answer().then(
      () => call.end(),
      (error: unknown) => failStream(guard, call, error),
    );
  };
}

/** An open call with streams in both directions, which may go on for ever. */
export interface OpenCall<Request, Response> {
  call: ServerDuplexStream<Request, Response>;
  sink: MessageSink<Response>;
  /** Ends the call with an error, unless the client has disconnected. */
  fail(error: unknown): void;
  /**
   * Calls `handle` with each request once that before it is done, and `onEnd` after the last. Further requests wait in
   * the stream meanwhile, and the client with them when there are many. A rejection fails the call.
   */
  onRequests(handle: (request: Request) => Promise<void>, onEnd: () => void): void;
}

/** Wraps an RPC with streams in both directions. */
export function bidirectional<Request extends Received, Response extends object>(
  guard: CallGuard,
  serve: (call: OpenCall<Request, Response>) => void,
): handleBidiStreamingCall<Request, Response> {
  return (call) => {
    const fail = (error: unknown): void => failStream(guard, call, error);
    const sink = createSink(call, { ...guard.answerLimits, totalMs: Number.POSITIVE_INFINITY });
    const onRequests: OpenCall<Request, Response>["onRequests"] = (handle, onEnd) => {
      let work = Promise.resolve();
      call.on("data", (request: Request) => {
        call.pause();
        const answer = async (): Promise<void> => handle(request);
        work = answer()
          .finally(() => guard.onRequestDone(call.metadata, request.byteLength ?? 0))
          .then(() => void call.resume(), fail);
      });
      call.on("end", () => work.then(onEnd));
    };
    serve({ call, sink, fail, onRequests });
  };
}

function failStream<Request, Response>(guard: CallGuard, call: AnswerStream<Request, Response>, error: unknown): void {
  if (call.cancelled) return;
  // A stream that fails before its metadata is retried by clients for seconds.
  call.sendMetadata(new Metadata());
  call.emit("error", toServiceError(guard, error));
}

/**
 * The error as gRPC sends it. What is not a StatusError is a fault of the store: the client gets an id, and a code
 * that its library does not take as a reason to try again.
 */
function toServiceError(guard: CallGuard, raised: unknown): ServiceError {
  const error = toStatusError(raised);
  if (error instanceof StatusError) {
    if (error.fault) guard.onFault(error.fault, error.message);
    return serviceError(error);
  }
  const id = randomUUID().slice(0, 8);
  guard.onError(error, id);
  return serviceError(new StatusError(status.DATA_LOSS, `The store failed on this request (error ${id}).`));
}

/** The header that carries a message holds 64 KiB, in which a byte may take three; longer, no answer arrives. */
const MAX_DETAILS_BYTES = 16 * 1024;

function serviceError({ code, message, fault }: StatusError): ServiceError {
  const metadata = new Metadata();
  if (fault) metadata.set(FAULT_KEY, fault);
  return Object.assign(new Error(message), {
    code,
    // That header takes neither line breaks nor half a character.
    details: Buffer.from(message)
      .subarray(0, MAX_DETAILS_BYTES)
      .toString()
      .replace(/[\r\n]+/g, " "),
    metadata,
  });
}
