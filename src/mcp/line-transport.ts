import type { Readable, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import type { Room } from "../calls/slots.js";
import { lineSplitter, TOO_LONG } from "./lines.js";
import { readMessage, refusal } from "./read-message.js";

/** Bytes of a message; a longer one is refused and the next line is read. */
const MAX_LINE_BYTES = 10 * 1024 * 1024;
/** Bytes of the requests without an answer: with more, the next line waits until some are answered. */
const MAX_UNANSWERED_BYTES = 32 * 1024 * 1024;
/** Messages after which other work has its turn. */
const MESSAGES_A_TURN = 32;

/** Messages as lines, over two streams. */
export interface LineTransport extends Transport {
  /** Resolves when the input has ended and each of its messages was handed on. */
  ended: Promise<void>;
  /** Resolves when each request has its answer or was cancelled; a subscription has none until it ends. */
  answered(): Promise<void>;
}

/**
 * JSON-RPC messages as lines (MCP specification, Transports, stdio), with bounds on what is kept: a line that is too long
 * is refused without being kept, and nothing is read while the client does not read, or while its requests without an
 * answer are too large together. The SDK's own transport has no such bounds, answers nothing to what is no message, and
 * closes at the end of input, where calls still run.
 */
export function createLineTransport(input: Readable, output: Writable, room: Room): LineTransport {
  const split = lineSplitter(MAX_LINE_BYTES);
  const unanswered = createUnanswered();
  let closed = false;
  let end = (): void => {};

  function receive(line: string): void {
    if (line.trim() === "") return;
    const read = readMessage(line);
    if ("refusal" in read) return refuse(read.refusal);
    const { message } = read;
    if ("method" in message && "id" in message) {
      if (message.method !== "subscriptions/listen") unanswered.add(message.id, line.length);
    } else if ("method" in message && message.method === "notifications/cancelled") {
      // The protocol leaves a cancelled request without an answer.
      unanswered.remove(message.params?.requestId as RequestId);
    }
    transport.onmessage?.(message);
  }

  function refuse(answer: JSONRPCErrorResponse): void {
    transport.onerror?.(new Error(answer.error.message));
    output.write(serializeMessage(answer));
  }

  function refuseTooLong(): void {
    const message = `A message may have ${MAX_LINE_BYTES / 1024 / 1024} MiB. Send less in one call.`;
    refuse(refusal(undefined, ProtocolErrorCode.InvalidRequest, message));
  }

  async function read(): Promise<void> {
    let received = 0;
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
      for (const line of split(chunk)) {
        if (closed) return;
        try {
          if (line === TOO_LONG) refuseTooLong();
          else receive(line);
        } catch (error) {
          transport.onerror?.(error as Error);
        }
        received += 1;
        if (received % MESSAGES_A_TURN === 0) await nextTurn();
        if (room.full()) await room.drained();
        await unanswered.belowMost();
      }
    }
  }

  async function readAll(): Promise<void> {
    try {
      await read();
    } catch (error) {
      transport.onerror?.(error as Error);
    }
    // The last requests are begun some microtasks after they were handed on.
    await nextTurn();
    end();
  }

  const transport: LineTransport = {
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    async start() {
      void readAll();
    },
    async send(message: JSONRPCMessage) {
      if (!("method" in message) && message.id !== undefined) unanswered.remove(message.id);
      output.write(serializeMessage(message));
    },
    answered: () => unanswered.none(),
    async close() {
      if (closed) return;
      closed = true;
      input.pause();
      transport.onclose?.();
    },
  };
  return transport;
}

/** The bytes of the requests that have no answer yet. */
function createUnanswered() {
  const bytesOf = new Map<RequestId, number>();
  let total = 0;
  let wake = (): void => {};
  let wakeLast = (): void => {};
  const remove = (id: RequestId): void => {
    total -= bytesOf.get(id) ?? 0;
    bytesOf.delete(id);
    if (total <= MAX_UNANSWERED_BYTES) wake();
    if (bytesOf.size === 0) wakeLast();
  };
  return {
    add(id: RequestId, bytes: number): void {
      remove(id);
      bytesOf.set(id, bytes);
      total += bytes;
    },
    remove,
    async belowMost(): Promise<void> {
      if (total > MAX_UNANSWERED_BYTES)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    async none(): Promise<void> {
      if (bytesOf.size > 0)
        await new Promise<void>((resolve) => {
          wakeLast = resolve;
        });
    },
  };
}
