import { once } from "node:events";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { useDatabases } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { answers, pipe, request, startRepl, yaml } from "../support/repl.js";
import { newRequestId, newSessionId, stored } from "../support/turnlog.js";

const database = useDatabases();
const codes = (got: { type: string; payload: { code?: string } }[]) => got.map(({ payload }) => payload.code ?? "ok");
const alive = request("bootstrap", {}, "alive");
const isAlive = { type: "result", payload: { requestId: "alive", result: { initialized: true } } };

describe("documents", () => {
  it("end at ---, at ... and at the end of input; blank lines and comments are not answered", async () => {
    const { env } = await database();
    const one = yaml(alive);
    const input = `\ufeff\n# a comment\n\n---\n---\n${one}...\n\n${one}\n--- # note\n${one.replaceAll("\n", "\r\n")}---\r\n\r\n--- ${JSON.stringify(alive)}\n---\n${one}`;
    expect(await pipe(env, input)).toEqual(new Array(5).fill(isAlive));
  });

  it("in one line of JSON are answered in one line of JSON, each at once and in order", async () => {
    const { env } = await database();
    const json = (id: string) => `${JSON.stringify(request("bootstrap", {}, id))}\n`;
    const { child, ended } = startRepl(env);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stdin.write(json("a"));
    expect(JSON.parse((await lines.next()).value).payload).toEqual({ requestId: "a", result: { initialized: true } });
    child.stdin.write(json("b") + json("c"));
    child.stdin.end(yaml(alive));
    const rest: string[] = [];
    for await (const line of { [Symbol.asyncIterator]: () => lines }) rest.push(line);
    expect(rest.slice(0, 2).map((line) => JSON.parse(line).payload.requestId)).toEqual(["b", "c"]);
    expect(answers(`${rest.slice(2).join("\n")}\n`)).toEqual([isAlive]);
    expect((await ended).code).toBe(0);
  });

  it("that are broken do not swallow the JSON lines after them", async () => {
    const { env } = await database();
    const line = JSON.stringify(alive);
    expect(codes(await pipe(env, `{"type": "request",\n${line}\n${line.slice(1)}\n${line}\n`))).toEqual([
      ...["invalid_envelope", "ok", "invalid_envelope", "ok"],
    ]);
  });
});

describe("a malformed envelope is answered with invalid_envelope, and the loop goes on", () => {
  const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000);
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [at, name] of [..."bcdefghi"].entries())
    bomb.push(`${name}: &${name} [${new Array(9).fill(`*${"abcdefgh"[at]}`).join(",")}]`);

  /** A valid envelope, but for these lines in its parameters. */
  const within = (lines: string[]) =>
    yaml(alive).replace("params: {}", ["params:", ...lines.map((line) => `    ${line}`)].join("\n"));

  const MALFORMED: [what: string, document: string][] = [
    ["text", "hello"],
    ["null", "~"],
    ["a list", "- type: request"],
    ["another type", yaml({ ...alive, type: "result" })],
    ["no payload", "type: request"],
    ["params beside the payload", `${yaml(alive)}params: {}\n`],
    ["a number as requestId", "type: request\npayload: {requestId: 1, method: workflow.sessionlog.bootstrap}"],
    ["a list as params", "type: request\npayload: {requestId: a, method: m, params: []}"],
    ["a key twice", `${yaml(alive)}type: request\n`],
    ["bad YAML", "a: b: c"],
    ["a tab", "a:\n\tb: 1"],
    ["a tag of its own", yaml(alive).replace("type: ", "type: !foo ")],
    ["a function", 'a: !!js/function "function(){}"'],
    ["a binary", "a: !!binary aGk="],
    ["a directive", "%TAG ! tag:x,2000:\n"],
    ["an explicit key", "? a\n: b"],
    ["nested explicit keys", "? ".repeat(20_000)],
    ["an unknown alias", "a: *x"],
    ["an alias bomb", within(bomb)],
    ["a circular alias", within(["a: &a [*a]"])],
    ["a merge", "a: &a {x: 1}\nb:\n  <<: *a"],
    ["a prototype", "__proto__: {type: request}\nconstructor: 1"],
    ["deep lists", deep("[", "]")],
    ["deep maps", deep("{a: ", "}")],
    ["deep dashes", "- ".repeat(20_000)],
    ["many keys", Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join("\n")],
    ["very many keys", Array.from({ length: 300_000 }, (_, at) => `k${at}: 1`).join("\n")],
  ];

  it("each of them, in one process", async () => {
    const { env } = await database();
    const got = await pipe(env, MALFORMED.map(([, document]) => `${document}\n---\n${yaml(alive)}---\n`).join(""));
    expect(got.filter((_, at) => at % 2 === 1)).toEqual(MALFORMED.map(() => isAlive));
    const refused = got.filter((_, at) => at % 2 === 0).map(({ payload }, at) => [MALFORMED[at]?.[0], payload.code]);
    expect(refused).toEqual(MALFORMED.map(([what]) => [what, "invalid_envelope"]));
    for (const { payload } of got.filter(({ type }) => type === "error")) {
      expect(payload.message).toMatch(/^.{10,200}$/s);
      expect(payload.details).toEqual({ hint: expect.any(String) });
    }
  });

  it("with its requestId, when it has one", async () => {
    const { env } = await database();
    const [answer] = await pipe(env, yaml({ ...alive, type: "result" }));
    expect(answer.payload).toMatchObject({ requestId: "alive", code: "invalid_envelope" });
    const [other] = await pipe(env, "type: request\npayload: {requestId: 1, method: m}");
    expect(other.payload.requestId).toBeNull();
  });

  it("a huge one, on many lines or on one", async () => {
    const { env } = await database();
    const lines = `x: y${" ".repeat(1_020)}\n`.repeat(17 * 1024);
    const line = "x".repeat(17 * 1024 * 1024);
    const got = await pipe(env, `${lines}---\n${yaml(alive)}---\n${line}\n---\n${yaml(alive)}---\n${line}`);
    expect(codes(got)).toEqual(["invalid_envelope", "ok", "invalid_envelope", "ok", "invalid_envelope"]);
    expect(got[0].payload.message).toBe("The document is too large.");
  });

  it("each document is answered once, whatever bytes it holds", async () => {
    const { env } = await database();
    const scraps = fc.constantFrom(
      ...[
        "type: request",
        "payload:",
        "  method: x",
        "- ",
        "{",
        "}",
        "[",
        '"',
        "'",
        "&a",
        "*a",
        "!x",
        "|",
        ">",
        "%",
        "@",
        "`",
        ": ",
        "?",
        "#",
        "\t",
      ],
    );
    const line = fc.oneof(scraps, fc.string({ unit: "binary", maxLength: 30 }), fc.json());
    // Every random document is followed by a valid one, which must be answered all the same.
    const document = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join("\n"));
    await fc.assert(
      fc.asyncProperty(fc.array(document, { minLength: 20, maxLength: 40 }), async (list) => {
        const input = list.map((text, at) => `${text}\n---\n${yaml(request("bootstrap", {}, `r${at}`))}---\n`).join("");
        const got = await pipe(env, Buffer.from(input));
        expect(got.flatMap(({ type, payload }) => (type === "result" ? [payload.requestId] : []))).toEqual(
          list.map((_, at) => `r${at}`),
        );
        const others = got.filter(({ type }) => type !== "result");
        expect(others.every(({ payload }) => payload.code === "invalid_envelope")).toBe(true);
      }),
      { numRuns: 4 },
    );
  });
});

describe("a request", () => {
  const agent = "ClaudeCowork";
  const turnOf = (requestId: string) => ({ requestId, queryTitle: "T", queryText: "" });

  it("that fails is answered with the error codes of the document", async () => {
    const { env } = await database();
    const sessionId = newSessionId();
    const [turn, next] = [newRequestId(), newRequestId()];
    const got = await pipe(
      env,
      yaml(
        request("nosuch"),
        { type: "request", payload: { requestId: "a", method: "toString" } },
        request("beginTurn", turnOf(turn)),
        request("openSession", { agent, sessionId: "claudecode-20260409T120000Z-task", title: "T" }),
        request("openSession", { agent, sessionId, title: "T" }),
        request("openSession", { agent, sessionId, title: "T" }),
        request("updateTurn", { response: "x" }),
        request("beginTurn", turnOf("request-20260409T120001Z-task")),
        request("beginTurn", turnOf(turn)),
        request("beginTurn", turnOf(turn)),
        request("beginTurn", turnOf(next)),
        request("appendDialog", { dialogItems: [{ role: "robot", content: "", category: "decision" }] }),
        request("completeTurn", { respones: "typo" }),
        request("failTurn", { errorMessage: "no" }),
        request("appendActions", { actions: [{ description: "d", type: "edit", status: "completed", filePath: "a" }] }),
        request("closeSession"),
        request("currentSession"),
      ),
    );
    expect(codes(got)).toEqual([
      ...["method_not_found", "method_not_found", "session_not_found", "invalid_session_id", "ok"],
      ...["session_already_exists", "turn_not_found", "invalid_request_id", "ok", "turn_already_exists"],
      ...["invalid_turn_state", "invalid_parameter", "invalid_parameter", "ok", "turn_immutable", "ok", "ok"],
    ]);
    for (const { type, payload } of got)
      if (type === "error") {
        expect(Object.keys(payload)).toEqual(["requestId", "code", "message", "details"]);
        expect(payload.details.hint).toMatch(/./);
        expect(JSON.stringify(payload)).not.toContain("sessionlog_");
      }
    expect(got[2].payload.details.hint).toContain("workflow.sessionlog.openSession opens one");
    expect(got.at(-1).payload.result).toEqual({ session: null, turn: null });
  });

  it("stores text unchanged: blocks with blank lines, markers in them, every character", async () => {
    const { env, config } = await database();
    const sessionId = newSessionId();
    const requestId = newRequestId();
    const texts = [
      "a\n\nb\n",
      "---\n...\n{}\n",
      " \t x ",
      "2026-04-09",
      "yes",
      "null",
      "1e3",
      "\u0000\u2028é😀\ufeff",
      "'\"`|>",
    ];
    const dialogItems = texts.map((content) => ({ role: "tool", content, category: "observation" }));
    const envelopes = [
      request("openSession", { agent, sessionId, title: "T" }),
      request("beginTurn", turnOf(requestId)),
      request("appendDialog", { dialogItems }),
    ];
    const last = request("appendDialog", { dialogItems });
    expect(
      codes(
        await pipe(
          env,
          `${yaml(...envelopes)}---\n${JSON.stringify({ ...last, payload: { ...last.payload, params: { ...last.payload.params, agent, sessionId, requestId } } })}`,
        ),
      ),
    ).toEqual(["ok", "ok", "ok", "ok"]);
    const { store, db } = await openDatabase(config);
    const items = await stored(db, sessionId, requestId).dialog();
    await store.close();
    expect(items.map(({ content }) => content)).toEqual([...texts, ...texts]);
  });

  it("of the largest size passes", async () => {
    const { env } = await database();
    const content = `${"x".repeat(70)}\n`.repeat(220);
    const dialogItems = new Array(500).fill({ role: "tool", content, category: "tool_result" });
    const envelopes = [
      request("openSession", { agent, sessionId: newSessionId(), title: "T" }),
      request("beginTurn", turnOf(newRequestId())),
      request("appendDialog", { dialogItems }),
    ];
    const input = envelopes.map((envelope) => stringify(envelope, { aliasDuplicateObjects: false })).join("---\n");
    const got = await pipe(env, input);
    expect(got.at(-1).payload.result).toMatchObject({ appended: 500 });
  });

  it("is answered with storage_error when there is no store, and the process continues", async () => {
    const got = await pipe({ FIREBOARD_STORE: "emulator" }, yaml(alive, request("nosuch"), alive));
    expect(codes(got)).toEqual(["storage_error", "method_not_found", "storage_error"]);
    expect(got[0].payload.details).toMatchObject({ reason: "unavailable" });
  });
});

describe("the process", () => {
  it("continues the turn of a killed process by its ids", async () => {
    const { env } = await database();
    const [sessionId, requestId] = [newSessionId(), newRequestId()];
    const victim = startRepl(env);
    const lines = createInterface(victim.child.stdout)[Symbol.asyncIterator]();
    for (const envelope of [
      request("openSession", { agent: "ClaudeCowork", sessionId, title: "T" }),
      request("beginTurn", { requestId, queryTitle: "T", queryText: "" }),
    ]) {
      victim.child.stdin.write(`${JSON.stringify(envelope)}\n`);
      expect(JSON.parse((await lines.next()).value).type).toBe("result");
    }
    victim.child.kill("SIGKILL");
    expect((await victim.ended).signal).toBe("SIGKILL");
    const names = { agent: "ClaudeCowork", sessionId };
    const got = await pipe(
      env,
      yaml(request("queryHistory"), request("currentSession", names), request("completeTurn", { ...names, requestId })),
    );
    expect(got[0].payload.result.sessions).toMatchObject([{ sessionId, turnCount: 1, status: "in_progress" }]);
    expect(got[1].payload.result.turn.turnRequestId).toBe(requestId);
    expect(got[2].payload.result).toMatchObject({ turnRequestId: requestId, status: "completed" });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends on %s with exit code 0", async (signal) => {
    const { env } = await database();
    const { child, ended } = startRepl(env);
    child.stdin.write(`${JSON.stringify(alive)}\n`);
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0 });
  });
});
