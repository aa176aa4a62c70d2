import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { authenticateByToken } from "../../src/access/authenticate-token.js";
import { createToken, listTokens, type NewToken, readStoredToken, revokeToken } from "../../src/access/token-store.js";
import { systemRuntime } from "../../src/commands/system-runtime.js";
import { type Engine, startEngine } from "../../src/embedded/index.js";
import { loadIndexes } from "../../src/firestore/indexes.js";
import { type OpenDatabase, openDatabase } from "../support/open-database.js";

const MINUTE = 60_000;
const AGENT: NewToken = { name: "ada", role: "agent", projects: null, expires_at: null };

let engine: Engine;
let database: OpenDatabase;
beforeAll(async () => {
  engine = await startEngine({ file: ":memory:", indexes: loadIndexes("") });
  const host = `${engine.host}:${engine.port}`;
  database = await openDatabase({
    mode: "emulator",
    host,
    projectId: "demo-x",
    databaseId: "(default)",
    collectionPrefix: "",
  });
});
afterAll(async () => {
  await database.store.close();
  await engine.close();
});

let time: number;
const runtime = { ...systemRuntime, now: () => new Date(time) };
beforeEach(() => {
  time = Date.UTC(2026, 0, 1);
});

/** Checks tokens as one server does; `failing` stands for a store that does not answer. */
function server({ readOnly = false, failing = false } = {}) {
  const warned: string[] = [];
  const store = () => (failing ? Promise.reject(new Error("no store")) : Promise.resolve(database.store));
  const authenticate = authenticateByToken({
    store,
    runtime,
    readOnly,
    log: (_, event) => void warned.push(event),
  });
  const outcome = (token: string) =>
    authenticate(new Headers({ authorization: `Bearer ${token}` })).catch(({ status, message }) => ({
      status,
      message,
    }));
  return { outcome, warned };
}

const make = (token: Partial<NewToken> = {}) => createToken(database.store, { ...AGENT, ...token }, runtime);
const lastUse = async (id: string) => (await readStoredToken(database.store, id))?.last_used_at?.getTime() ?? null;

describe("an access token", () => {
  it("is whoever it was made for", async () => {
    const { id, token } = await make({ role: "viewer" });
    expect(await server().outcome(token)).toEqual({ id: `token ${id}`, name: "ada", role: "viewer", projects: null });
  });

  it("is stored as a hash alone, and listed without it", async () => {
    const { id, token } = await make();
    const secret = token.split("_").slice(2).join("_");
    const { docs } = await database.db.collection("access_tokens").get();
    expect(JSON.stringify(docs.map((doc) => doc.data()))).not.toContain(secret);
    const [listed] = (await listTokens(database.store)).filter((row) => row.id === id);
    expect(listed).toMatchObject({ name: "ada", role: "agent", revoked_at: null });
    expect(listed).not.toHaveProperty("hash");
  });

  it.each([
    ["of no id", (token: string) => token.replace(/^fbt_.{20}/, `fbt_${"0".repeat(20)}`)],
    ["of another secret", (token: string) => `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`],
    ["that is cut", (token: string) => token.slice(0, -1)],
    ["of the machine", () => `fbm_${"x".repeat(43)}`],
    ["of a path", (token: string) => token.replace(/^fbt_.{20}/, "fbt_../../projects/xxxxxx")],
  ])("is 401 when it is one %s", async (_, changed) => {
    const { token } = await make();
    expect(await server().outcome(changed(token))).toMatchObject({ status: 401 });
  });

  it("that was revoked is refused at once by a server that does not know it, and within 30 seconds by one that does", async () => {
    const { id, token } = await make();
    const knows = server();
    expect(await knows.outcome(token)).toMatchObject({ name: "ada" });
    expect(await revokeToken(database.store, id, runtime)).toBe(true);
    expect(await server().outcome(token)).toMatchObject({ status: 401, message: expect.stringContaining("revoked") });
    time += 30_001;
    expect(await knows.outcome(token)).toMatchObject({ status: 401 });
  });

  it("keeps the time at which it was revoked first", async () => {
    const { id } = await make();
    await revokeToken(database.store, id, runtime);
    time += MINUTE;
    await revokeToken(database.store, id, runtime);
    expect((await readStoredToken(database.store, id))?.revoked_at?.getTime()).toBe(time - MINUTE);
    expect(await revokeToken(database.store, "unknown", runtime)).toBe(false);
  });

  it("expires at its time, also when it is kept", async () => {
    const { token } = await make({ expires_at: new Date(time + 1_000) });
    const { outcome } = server();
    expect(await outcome(token)).toMatchObject({ name: "ada" });
    time += 1_000;
    expect(await outcome(token)).toMatchObject({ status: 401, message: expect.stringContaining("expired") });
  });

  it("notes its use every ten minutes, and never where nothing is written", async () => {
    const { id, token } = await make();
    const { outcome } = server();
    await server({ readOnly: true }).outcome(token);
    expect(await lastUse(id)).toBe(null);
    await outcome(token);
    const first = time;
    await vi.waitFor(async () => expect(await lastUse(id)).toBe(first));
    time += 9 * MINUTE;
    await outcome(token);
    time += MINUTE;
    await outcome(token);
    await vi.waitFor(async () => expect(await lastUse(id)).toBe(first + 10 * MINUTE));
  });

  it("is 503, and never allowed, when the store does not answer", async () => {
    const { token } = await make();
    const { outcome, warned } = server({ failing: true });
    expect(await outcome(token)).toMatchObject({ status: 503 });
    expect(warned).toEqual(["token_not_checked"]);
  });

  it("that a console has spoilt is 401", async () => {
    const { id, token } = await make();
    await database.db.doc(`access_tokens/${id}`).update({ role: "owner" });
    expect(await server().outcome(token)).toMatchObject({ status: 401 });
    await database.db.doc(`access_tokens/${id}`).update({ role: "admin", projects: Array(21).fill("p") });
    expect(await server().outcome(token)).toMatchObject({ status: 401 });
  });

  it("is made for projects that there are", async () => {
    await expect(make({ projects: ["nowhere"] })).rejects.toMatchObject({ code: "project_not_found" });
  });
});
