import { expect, it, onTestFinished } from "vitest";
import type { ListenResponse, TargetMessage, Write } from "../../../src/embedded/encoding/messages.js";
import { backup, startEngine } from "../../../src/embedded/index.js";
import { describeBothStores, type OpenClient } from "../support/both-stores.js";
import { NO_INDEXES } from "../support/engine.js";
import { temporaryFile } from "../support/folder.js";
import { type RawClient, rawClient } from "../support/raw.js";

/* Clients that come back to a target: what they know that is not so any more must be reset. */

function open(port: number): OpenClient<RawClient> {
  const client = rawClient(port, "demo-resume", "owner");
  return { client, close: async () => client.close() };
}

const set = (raw: RawClient, path: string): Write => ({ operation: "update", update: { name: `${raw.root}/${path}` } });
const remove = (raw: RawClient, path: string): Write => ({ operation: "delete", delete: `${raw.root}/${path}` });

type Comeback = Pick<TargetMessage, "resumeToken" | "readTime">;

/** Listens to `cities` until it is all there: what was sent in short, and how to come back. */
async function hear(raw: RawClient, from: Comeback = {}): Promise<{ sent: string[]; last: Comeback }> {
  const stream = raw.open<ListenResponse>("Listen");
  const query = { parent: raw.root, structuredQuery: { from: [{ collectionId: "cities" }] } };
  stream.send({ database: raw.database, addTarget: { targetId: 2, query, ...from } });
  const sent: string[] = [];
  for (;;) {
    const { targetChange, documentChange } = await stream.next();
    // Unset it means NO_CHANGE.
    const type = targetChange?.targetChangeType ?? "NO_CHANGE";
    if (targetChange?.readTime && type === "NO_CHANGE") {
      stream.vanish();
      const { resumeToken = Buffer.alloc(0), readTime } = targetChange;
      return { sent, last: { resumeToken, readTime } };
    }
    sent.push(documentChange?.document.name?.split("/").at(-1) ?? type);
  }
}

describeBothStores(open, (onStore) => {
  onStore("a client that comes back after a deletion, with a time or any token, is reset", async (raw) => {
    await raw.commit([set(raw, "cities/LA"), set(raw, "cities/SF")]);
    const { sent, last } = await hear(raw);
    expect(sent).toEqual(["ADD", "LA", "SF", "CURRENT"]);
    await raw.commit([remove(raw, "cities/SF")]);
    const { readTime, resumeToken } = last;
    for (const from of [{ readTime }, { resumeToken }, { resumeToken: Buffer.from("nonsense") }] as Comeback[]) {
      expect((await hear(raw, from)).sent, Object.keys(from).join()).toEqual(["ADD", "RESET", "LA", "CURRENT"]);
    }
  });
});

it("a client of another store, or of a later state than a restored backup, is reset", async () => {
  const [file, copy] = [temporaryFile(), temporaryFile()];
  const client = async (of: string): Promise<RawClient> => {
    const engine = await startEngine({ file: of, indexes: NO_INDEXES });
    const raw = rawClient(engine.port, "demo-resume");
    onTestFinished(async () => {
      raw.close();
      await engine.close();
    });
    return raw;
  };
  const raw = await client(file);
  await raw.commit([set(raw, "cities/LA")]);
  backup(file, copy);
  await raw.commit([set(raw, "cities/SF")]);
  const { resumeToken = Buffer.alloc(0) } = (await hear(raw)).last;
  const restored = await client(copy);
  await restored.commit([set(restored, "elsewhere/x")]);
  expect((await hear(restored, { resumeToken })).sent).toEqual(["ADD", "RESET", "LA", "CURRENT"]);
});
