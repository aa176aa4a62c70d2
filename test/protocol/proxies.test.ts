import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startAgent } from "../support/client.js";
import { startEmbeddedEmulator } from "../support/embedded-emulator.js";
import { freshDatabase } from "../support/lane.js";

/** A proxy that answers nobody; `asked` counts who came. */
async function startProxy() {
  let asked = 0;
  const proxy = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return { env: { http_proxy: url, https_proxy: url, grpc_proxy: url }, asked: () => asked };
}

const STORES = {
  "the embedded store": async () => {
    const database = await freshDatabase();
    onTestFinished(() => database.remove());
    return database.env;
  },
  "an emulator on this machine": async () => ({
    FIREBOARD_STORE: "emulator",
    FIRESTORE_EMULATOR_HOST: await startEmbeddedEmulator(),
  }),
};

it.each(Object.entries(STORES))("%s is reached without the proxy of the environment", async (_, store) => {
  const proxy = await startProxy();
  const agent = await startAgent({ ...(await store()), ...proxy.env });
  onTestFinished(() => agent.close());
  expect(await agent.call("board_create_project", { name: "p" })).toMatchObject({ name: "p" });
  expect(proxy.asked()).toBe(0);
});
