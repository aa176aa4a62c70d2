import type { Firestore } from "@google-cloud/firestore";

/** A write that a read-only store refused; nothing was sent. */
class WritesRefused extends Error {
  readonly code = "writes_refused";
  constructor() {
    super("this store is open for reading only");
    this.name = "WritesRefused";
  }
}

/** The client's one way to send a unary RPC (Firestore.request, internal): every write, however it was asked for, passes. */
interface Requests {
  request(method: string, request: { writes?: readonly unknown[] }, ...rest: unknown[]): Promise<unknown>;
}

/**
 * Makes a client refuse every write with WritesRefused before it is sent: those of references, batches, bulk writers and
 * transactions. Only the empty commit that ends a transaction passes.
 */
export function refuseWrites(db: Firestore): void {
  const client = db as unknown as Requests;
  const send = client.request.bind(client);
  client.request = async (method, request, ...rest) => {
    if (method === "batchWrite" || (method === "commit" && (request.writes?.length ?? 0) > 0))
      throw new WritesRefused();
    return await send(method, request, ...rest);
  };
}
