import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { connect } from "../../src/firestore/connect.js";

it("the client takes 4 MiB of an answer at once, on a stream and on a connection", async () => {
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ "content-type": "application/grpc", "grpc-status": 5 }, { endStream: true });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const opened = once(server, "session");
  const client = await connect({
    mode: "emulator",
    host: `127.0.0.1:${port}`,
    projectId: "demo-window",
    databaseId: "(default)",
    collectionPrefix: "",
  });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  const read = client.db.doc("c/a").get();
  const [session] = (await opened) as [ServerHttp2Session];
  await expect(read).rejects.toMatchObject({ code: 5 });
  const { initialWindowSize } = session.remoteSettings;
  expect(initialWindowSize).toBe(4 * 1024 * 1024);
  // What the connection takes comes in a frame of its own, after the settings.
  await vi.waitFor(() => expect(session.state.remoteWindowSize).toBe(4 * 1024 * 1024));
});
