import { afterAll, beforeAll, describe, it } from "vitest";
import { type EngineOptions, startEngine } from "../../../src/embedded/index.js";
import { officialEmulator } from "../../support/official-emulator.js";
import { NO_INDEXES } from "./engine.js";

/** A client of a store, and how it goes away. */
export interface OpenClient<Client> {
  client: Client;
  close(): Promise<void>;
}

/** A test with the client of its store; without an official emulator, those on it are skipped with the reason. */
export type OnStore<Client> = (title: string, test: (client: Client) => Promise<void>) => void;

type Started = { port: number; stop(): Promise<void> } | { unavailable: string };

async function embedded(options: Partial<EngineOptions>): Promise<Started> {
  // Bearer owner is what clients of the emulator send.
  const engine = await startEngine({ file: ":memory:", indexes: NO_INDEXES, token: "owner", ...options });
  return { port: engine.port, stop: () => engine.close() };
}

async function official(): Promise<Started> {
  return { ...officialEmulator(), stop: async () => {} };
}

/** Declares the same tests for the embedded store and for the official emulator; `open` makes the client they share. */
export function describeBothStores<Client>(
  open: (port: number) => OpenClient<Client>,
  declare: (onStore: OnStore<Client>, name: "embedded" | "official emulator") => void,
  options: Partial<EngineOptions> = {},
): void {
  describe.each([
    ["embedded", embedded],
    ["official emulator", official],
  ] as const)("%s", (name, start) => {
    let store: (OpenClient<Client> & { stop(): Promise<void> }) | { unavailable: string };
    beforeAll(async () => {
      const started = await start(options);
      store = "unavailable" in started ? started : { ...open(started.port), stop: started.stop };
    });
    afterAll(async () => {
      if ("unavailable" in store) return;
      await store.close();
      await store.stop();
    });
    declare((title, test) => {
      it(title, async (context) => {
        if ("unavailable" in store) return context.skip(store.unavailable);
        await test(store.client);
      });
    }, name);
  });
}
