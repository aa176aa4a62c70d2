import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCli } from "../support/cli.js";
import { callOver, connectHttp, type HttpServer, startHttpServer } from "../support/http-server.js";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { fences, ROOT, readPage } from "../support/markdown.js";

const PAGES = ["docs/access.md", "docs/team.md"];
const PUBLIC_URL = "https://board.example.com/fireboard";

let database: TestDatabase;
let server: HttpServer;
let projectId: string;
beforeAll(async () => {
  database = await freshDatabase();
  server = await startHttpServer({ ...database.env, FIREBOARD_PUBLIC_URL: PUBLIC_URL });
  const { id } = await callOver(await connectHttp(server))("board_create_project", { name: "Apollo" });
  projectId = id;
});
afterAll(async () => {
  server?.kill("SIGKILL");
  await server?.exited;
  await database?.remove();
});

/** The words of a command line, without the quotes. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

test.each(PAGES)("each command of %s does what it says", (page) => {
  const lines = fences(readPage(page), "sh")
    .flatMap((fence) => fence.split("\n"))
    .map((line) => line.trim())
    .filter((line) => line.startsWith("fireboard "));
  expect(lines.length).toBeGreaterThan(2);
  let made = "";
  for (const line of lines) {
    const named = line.replace("PROJECT_ID", projectId).replace("TOKEN_ID", made);
    const { status, stdout, stderr } = runCli(words(named).slice(1), database.env);
    expect([line, status, status === 0 ? "" : stderr]).toEqual([line, 0, ""]);
    if (line.includes("token create")) made = stdout.split("_")[1] ?? "";
  }
  expect(runCli(["token", "list"], database.env).stdout).toMatch(new RegExp(`^${made} {2}revoked`, "m"));
});

test("the image has what the program needs, no key, and a user that is not root", () => {
  const lines = readFileSync(join(ROOT, "Dockerfile"), "utf8").split("\n");
  const [, image = ""] = lines
    .join("\n")
    .split(/^FROM .*$/m)
    .slice(1);
  const copied = [...image.matchAll(/COPY --from=build \/app\/(\S+)/g)].map(([, path]) => path);
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(copied).toEqual(expect.arrayContaining(["package.json", "node_modules", "dist", "skills"]));
  expect(files).toEqual(expect.arrayContaining(["dist", "skills", "firestore.indexes.json"]));
  expect(image).toMatch(/^USER node$/m);
  expect(image.indexOf("USER node")).toBeLessThan(image.indexOf("ENTRYPOINT"));
  const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  expect(ignored).toEqual(expect.arrayContaining([".git", "node_modules", "*key*.json", ".env*"]));
});

const nginx = spawnSync("nginx", ["-v"]).error ? null : "nginx";
if (nginx === null) process.stdout.write("behind nginx: skipped, nginx is not installed\n");

describe.skipIf(nginx === null)("behind nginx, as the page sets it up", () => {
  const folder = mkdtempSync(join(tmpdir(), "fireboard-nginx-"));
  let url: string;
  let ended: Promise<unknown>;
  let stop: () => void;

  beforeAll(async () => {
    const [location = ""] = fences(readPage("docs/team.md"), "nginx");
    const port = await freePort();
    const file = join(folder, "nginx.conf");
    const http = [
      "access_log off;",
      ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`),
      `server { listen 127.0.0.1:${port}; ${location.replace("http://127.0.0.1:8137", server.url)} }`,
    ];
    const main = ["daemon off;", `pid ${folder}/pid;`, "error_log stderr;", "worker_processes 1;", "events {}"];
    writeFileSync(file, `${main.join("\n")}\nhttp {\n${http.join("\n")}\n}\n`);
    execFileSync("nginx", ["-t", "-q", "-p", folder, "-c", file], { stdio: "pipe" });
    const child = spawn("nginx", ["-p", folder, "-c", file], { stdio: "ignore" });
    ended = once(child, "exit");
    stop = () => child.kill("SIGTERM");
    url = `http://127.0.0.1:${port}/fireboard`;
    await vi.waitFor(async () => expect((await throughNginx("/healthz")).status).toBe(200), { timeout: 20_000 });
  });
  afterAll(async () => {
    stop?.();
    await ended;
    rmSync(folder, { recursive: true });
  });

  const throughNginx = (path: string) => fetch(`${url}${path}`);

  test("a client that comes under the public name works, and one under another is refused", async () => {
    const { hostname } = new URL(PUBLIC_URL);
    const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const post = (host: string) => {
      const headers = [
        ...["content-type: application/json", "accept: application/json, text/event-stream"],
        ...[`authorization: Bearer ${server.token}`, `host: ${host}`],
      ];
      const args = [
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-d",
        list,
        ...headers.flatMap((line) => ["-H", line]),
      ];
      return spawnSync("curl", [...args, `${url}/mcp`], { encoding: "utf8" }).stdout;
    };
    expect([post(hostname), post("evil.example")]).toEqual(["200", "403"]);
    expect((await throughNginx("/readyz")).status).toBe(200);
  });

  test("a body that is too large is refused", async () => {
    const answer = await fetch(`${url}/mcp`, { method: "POST", body: "x".repeat(5 * 1024 * 1024) });
    expect(answer.status).toBe(413);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
