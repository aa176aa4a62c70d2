import { FOR_AGENTS } from "../../src/board/core/answer-size.js";
import type { Call } from "../../src/board/core/call.js";
import { newConnectionState } from "../../src/board/core/connection-state.js";
import { systemRuntime } from "../../src/commands/system-runtime.js";
import type { Store } from "../../src/firestore/store.js";

/** A call as the server makes it, for tests that use the functions of the board without a server. */
export function callOn(store: Store): Call {
  const { signal } = new AbortController();
  const deadline = new Date(Date.now() + 60_000);
  const begun = {
    id: "call",
    principal: null,
    agent: null,
    client: null,
    idempotency: null,
    holder: "holder",
    answer: FOR_AGENTS,
    heartbeatMs: 60_000,
    connection: newConnectionState(),
    toolsHash: () => "",
  };
  return { ...systemRuntime, ...begun, store, signal, deadline, progress: () => {} };
}
