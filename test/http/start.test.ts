import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type HttpServer, useHttpServers } from "../support/http-server.js";
import { useDatabases } from "../support/lane.js";
import { startRaw } from "../support/raw-server.js";

const database = useDatabases();
const start = useHttpServers();

/** Starts a server that is to end by itself, and gives its exit code and what it said to its person. */
async function refusalOf(env: Record<string, string>): Promise<[code: unknown, said: string]> {
  const server = startRaw(env);
  const code = await server.exited;
  expect(server.lines).toEqual([]);
  return [
    code,
    server
      .stderr()
      .split("\n")
      .find((line) => line.startsWith("fireboard: ")) ?? server.stderr(),
  ];
}

test.each(["0.0.0.0:0", "[::]:0", "board.example.com:8137"])(
  "on %s, which others reach, it does not start without an access token",
  async (at) => {
    const [code, said] = await refusalOf({ ...(await database()).env, FIREBOARD_HTTP: at });
    expect(code).toBe(2);
    expect(said).toContain("fireboard token create");
  },
);

test.each([
  ["FIREBOARD_HTTP", "eighty"],
  ["FIREBOARD_HTTP", "127.0.0.1:65536"],
  ["FIREBOARD_PUBLIC_URL", "board.example.com"],
  ["FIREBOARD_ALLOWED_ORIGINS", "https://a.example/path"],
  ["FIREBOARD_ALLOWED_HOSTS", "a.example:80"],
  ["FIREBOARD_CALLS_PER_MINUTE", "0"],
  ["FIREBOARD_DEADLINE_MS", "soon"],
])("with %s=%s it does not start, over stdio neither", async (name, value) => {
  const [code, said] = await refusalOf({ ...(await database()).env, FIREBOARD_HTTP: "0", [name]: value });
  expect(code).toBe(2);
  expect(said).toContain(name);
});

test("on a port that is taken it does not start", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const [code, said] = await refusalOf({ ...(await database()).env, FIREBOARD_HTTP: String(port) });
  taken.close();
  expect(code).toBe(2);
  expect(said).toContain("EADDRINUSE");
});

test("servers that start at once have one token, which its owner alone can read, and which stays", async () => {
  const { env } = await database();
  const [one, two] = (await Promise.all([start(env), start(env)])) as [HttpServer, HttpServer];
  expect(one.token).toMatch(/^fbm_[\w-]{43}$/);
  expect(two.token).toBe(one.token);
  expect((await stat(String(one.tokenFile))).mode & 0o777).toBe(0o600);
  expect((await start(env)).token).toBe(one.token);
  expect(await readFile(String(one.tokenFile), "utf8")).toBe(`${one.token}\n`);
});

test.each([
  ["can be read by others", 0o640, `fbm_${"x".repeat(43)}\n`],
  ["holds no token", 0o600, "\n"],
])("with a token's file that %s it does not start", async (what, mode, content) => {
  const { env } = await database();
  const file = `${env.FIREBOARD_DATA_DIR}/http-token`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, mode);
  const [code, said] = await refusalOf({ ...env, FIREBOARD_HTTP: "0" });
  expect(code).toBe(2);
  expect(said).toContain(`${what}. Delete it`);
});
