import { randomUUID } from "node:crypto";
import type { handleBidiStreamingCall } from "@grpc/grpc-js";
import type { Write } from "../encoding/messages.js";
import { parseDatabase } from "../encoding/resource-path.js";
import { invalidRequest } from "../errors.js";
import type { ServiceContext } from "./context.js";
import { bidirectional, type CallGuard } from "./handler-wrappers.js";
import type { Received } from "./service-definition.js";
import { type CommitResponse, commit } from "./transactions.js";

interface WriteRequest extends Received {
  database?: string;
  streamId?: string;
  streamToken?: Buffer;
  writes?: Write[];
}

interface WriteResponse extends Partial<CommitResponse> {
  streamId?: string;
  streamToken: Buffer;
}

/**
 * Write: https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#write. The first request names
 * the database, each later one is a commit, and one without writes is the last. A commit starts when the one before it
 * is answered; what fails ends the stream. Streams are not resumed: their clients send again what was not answered.
 */
export function writeHandler(
  guard: CallGuard,
  context: ServiceContext,
): handleBidiStreamingCall<WriteRequest, WriteResponse> {
  return bidirectional(guard, ({ call, sink, onRequests }) => {
    const answer = createWriteStream(context);
    const serve = async (request: WriteRequest): Promise<void> => {
      if (call.writableEnded) return;
      const { response, last } = await answer(request);
      await sink.write(response);
      if (last) call.end();
    };
    onRequests(serve, () => call.end());
  });
}

/** Answers the requests of one stream, which must come one after the other. */
function createWriteStream(
  context: ServiceContext,
): (request: WriteRequest) => Promise<{ response: WriteResponse; last: boolean }> {
  let database: string | undefined;
  let answered = 0;
  /** Nobody reads a token here, but clients insist on one. */
  const streamToken = (): Buffer => Buffer.from(String(answered++));

  return async (request) => {
    const { writes = [], byteLength } = request;
    if (request.streamId) throw invalidRequest("Streams of writes are not resumed: set no stream id.");
    if (database === undefined) {
      parseDatabase(request.database ?? "");
      if (writes.length > 0) throw invalidRequest("The first request of a stream brings no writes.");
      if (request.streamToken?.length) throw invalidRequest("The first request of a stream brings no token.");
      database = request.database;
      return { response: { streamId: randomUUID(), streamToken: streamToken() }, last: false };
    }
    if (request.database && request.database !== database) {
      throw invalidRequest(`This stream writes to ${database}, not to ${request.database}.`);
    }
    if (writes.length === 0) return { response: { streamToken: streamToken() }, last: true };
    const committed = await commit(context, { database, writes, ...(byteLength ? { byteLength } : {}) });
    return { response: { streamToken: streamToken(), ...committed }, last: false };
  };
}
