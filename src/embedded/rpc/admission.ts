import { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { status } from "@grpc/grpc-js";
import { tokenCheck } from "./auth.js";
import { type ConnectionLimits, createConnections, DEFAULT_CONNECTION_LIMITS } from "./connections.js";
import {
  createReceivedBytes,
  DEFAULT_RECEIVE_LIMITS,
  type ReceivedBytes,
  type ReceiveLimits,
} from "./received-bytes.js";

/** Limits of what clients may open and send. */
export interface AdmissionLimits {
  connections?: Partial<ConnectionLimits> | undefined;
  receive?: Partial<ReceiveLimits> | undefined;
}

/**
 * Bytes that a client may send on a stream, and a connection, before it must wait for the server. The 64 KB of HTTP/2 cost
 * a trip per 64 KB. @grpc/grpc-js 1.14 has an option for it on the client only: https://github.com/grpc/grpc-node/pull/3058
 */
const FLOW_CONTROL_WINDOW = 4 * 1024 * 1024;
/**
 * Calls at a time on one connection; clients let more wait. Far more than the transactions that may run at a time: calls
 * that wait to begin one must leave room for the reads of those that run.
 */
const MAX_STREAMS = 1_000;
/** Set on each call that is let in, over whatever the client wrote there: the call's number among the received bytes. */
export const CALL_NUMBER = "x-embedded-call";

/**
 * Stands before a gRPC server at the level of HTTP/2, where a call is known by its headers before anything of its body is
 * kept: calls without the token are refused there, and what the others send is counted. Gives the counted bytes.
 */
export function admitTo(
  http2: Http2Server,
  options: { token: string | undefined; limits: AdmissionLimits; isMany: (path: string) => boolean },
): ReceivedBytes {
  const { token, limits, isMany } = options;
  const hasToken = tokenCheck(token);
  const connections = createConnections({ ...DEFAULT_CONNECTION_LIMITS, ...limits.connections });
  const received = createReceivedBytes({ ...DEFAULT_RECEIVE_LIMITS, ...limits.receive });

  http2.updateSettings({ initialWindowSize: FLOW_CONTROL_WINDOW, maxConcurrentStreams: MAX_STREAMS });
  http2.on("session", (session) => {
    session.setLocalWindowSize(FLOW_CONTROL_WINDOW);
    connections.opened(session);
  });
  const [serve] = http2.listeners("stream");
  if (!serve) throw new Error("the gRPC server does not listen for streams");
  http2.removeAllListeners("stream");
  http2.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest) => {
    // Its client may have given it up already.
    if (stream.destroyed || stream.closed) return;
    if (!hasToken(headers.authorization)) {
      refuse(stream);
      return;
    }
    if (stream.session) connections.known(stream.session);
    headers[CALL_NUMBER] = received.count(stream, isMany(headers[":path"] ?? ""));
    serve.call(http2, stream, headers, ...rest);
  });
  return received;
}

/**
 * Answers UNAUTHENTICATED and says that the body is not wanted. Headers go first: a stream that fails before them is tried
 * again by clients for seconds. https://www.rfc-editor.org/rfc/rfc9113#section-8.1-13
 */
function refuse(stream: ServerHttp2Stream): void {
  stream.on("error", () => {});
  stream.resume();
  stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    if (stream.destroyed || stream.closed) return;
    stream.sendTrailers({
      "grpc-status": status.UNAUTHENTICATED,
      "grpc-message": "This store answers only to callers that carry its token.",
    });
    // In the same turn it would overtake them.
    setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
  });
  stream.end();
}
