import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { Protocol, type RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

/** A tools/call request with arguments of any kind. */
const CallRequest = CallToolRequestSchema.extend({
  params: CallToolRequestSchema.shape.params.extend({ arguments: z.unknown().optional() }),
});

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/**
 * Handles tools/call. The SDK's server would refuse arguments that are no object (a list, a text, null) itself, with
 * the words of its schema library; the protocol beneath it lets them through to the boundary, whose words agents can
 * act on.
 */
export function setCallHandler(
  server: Server,
  handler: (request: z.output<typeof CallRequest>, extra: Extra) => Promise<CallToolResult>,
): void {
  Protocol.prototype.setRequestHandler.call(server, CallRequest, (request, extra) =>
    handler(request as z.output<typeof CallRequest>, extra as Extra),
  );
}
