import {
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { LIST, type Subscriptions } from "./resources/subscriptions.js";

const LISTEN = z.object({
  id: z.union([z.string(), z.number()]),
  method: z.literal("subscriptions/listen"),
  params: z.object({
    _meta: z.object({ "io.modelcontextprotocol/protocolVersion": z.string() }),
    notifications: z.object({
      resourceSubscriptions: z.array(z.string()).optional(),
      resourcesListChanged: z.boolean().optional(),
    }),
  }),
});

const CANCELLED = z.object({
  method: z.literal("notifications/cancelled"),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
});

/**
 * A transport on which `subscriptions/listen` (2026-07-28) begins to listen to the store. The SDK answers such a request
 * itself and tells no handler of it: here it reaches the SDK once every change is told, and its end is seen.
 */
export function followListens(inner: Transport, subscriptions: Subscriptions): Transport {
  /** The requests that are open, and what ends each. */
  const open = new Map<RequestId, () => void>();

  function end(id: RequestId): void {
    open.get(id)?.();
    open.delete(id);
  }

  async function listen({ id, params: { notifications } }: z.output<typeof LISTEN>, goOn: () => void): Promise<void> {
    const { resourceSubscriptions = [], resourcesListChanged = false } = notifications;
    end(id);
    const cancelled = new AbortController();
    open.set(id, () => cancelled.abort());
    try {
      const wanted = [...new Set(resourceSubscriptions), ...(resourcesListChanged ? ([LIST] as const) : [])];
      const release = await subscriptions.add(wanted, cancelled.signal);
      if (cancelled.signal.aborted) return release();
      open.set(id, release);
      goOn();
    } catch (error) {
      // A request that was cancelled has no answer.
      if (cancelled.signal.aborted) return;
      open.delete(id);
      await inner.send({ jsonrpc: "2.0", id, error: errorOf(error) });
    }
  }

  const outer: Transport = {
    async start() {
      inner.onclose = () => outer.onclose?.();
      inner.onerror = (error) => outer.onerror?.(error);
      inner.onmessage = (message, extra) => {
        const asked = LISTEN.safeParse(message).data;
        if (asked && asksForResources(asked)) {
          listen(asked, () => outer.onmessage?.(message, extra)).catch((error: Error) => outer.onerror?.(error));
          return;
        }
        const cancelled = CANCELLED.safeParse(message).data;
        if (cancelled) end(cancelled.params.requestId);
        outer.onmessage?.(message, extra);
      };
      await inner.start();
    },
    async send(message: JSONRPCMessage, options) {
      if (!("method" in message) && message.id !== undefined) end(message.id);
      await inner.send(message, options);
    },
    async close() {
      subscriptions.end();
      await inner.close();
    },
  };
  return outer;
}

function asksForResources({ params: { notifications } }: z.output<typeof LISTEN>): boolean {
  return notifications.resourcesListChanged === true || (notifications.resourceSubscriptions ?? []).length > 0;
}

function errorOf(error: unknown): { code: number; message: string; data?: unknown } {
  if (!(error instanceof ProtocolError)) return { code: ProtocolErrorCode.InternalError, message: "Internal error" };
  const { code, message, data } = error;
  return { code, message, data };
}
