import { afterEach, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { freshDatabase, type TestDatabase } from "../support/lane.js";
import { openDatabase } from "../support/open-database.js";
import { pipe } from "../support/repl.js";
import { storeExampleSession } from "../support/turnlog.js";

/** The examples of the session-log document, in its order; a result follows its request. */
const LIFECYCLE = `
type: request
payload:
  requestId: req-20260409T120000Z-bootstrap-001
  method: workflow.sessionlog.bootstrap
  params: {}
---
type: result
payload:
  requestId: req-20260409T120000Z-bootstrap-001
  result:
    initialized: true
---
type: request
payload:
  requestId: req-20260409T120001Z-open-001
  method: workflow.sessionlog.openSession
  params:
    agent: ClaudeCowork
    sessionId: ClaudeCowork-20260409T120001Z-implement-auth
    title: Implement JWT authentication
    model: claude-sonnet-4-6
---
type: result
payload:
  requestId: req-20260409T120001Z-open-001
  result:
    sessionId: ClaudeCowork-20260409T120001Z-implement-auth
    started: 2026-04-09T12:00:01Z
---
type: request
payload:
  requestId: req-20260409T120002Z-begin-001
  method: workflow.sessionlog.beginTurn
  params:
    requestId: req-20260409T120002Z-add-jwt-001
    queryTitle: Add JWT authentication
    queryText: Implement JWT token generation and validation for the API
---
type: result
payload:
  requestId: req-20260409T120002Z-begin-001
  result:
    turnRequestId: req-20260409T120002Z-add-jwt-001
    status: in_progress
    timestamp: 2026-04-09T12:00:02Z
---
type: request
payload:
  requestId: req-20260409T120003Z-update-001
  method: workflow.sessionlog.updateTurn
  params:
    response: Created TokenService and JwtValidator classes
    interpretation: User wants JWT authentication with token generation and validation
    tokenCount: 1250
    tags:
      - feature
      - security
      - FR-AUTH-001
    contextList:
      - src/Services/TokenService.cs
      - src/Services/JwtValidator.cs
---
type: request
payload:
  requestId: req-20260409T120004Z-dialog-001
  method: workflow.sessionlog.appendDialog
  params:
    dialogItems:
      - timestamp: 2026-04-09T12:00:04Z
        role: model
        content: Analyzing authentication requirements and existing patterns...
        category: reasoning
      - timestamp: 2026-04-09T12:00:05Z
        role: model
        content: |
          Decision: Use HS256 for JWT signing.
          Rationale: Symmetric key simplifies key management for this internal service.

          Alternatives: RS256 adds key distribution complexity without benefit here.
        category: decision
---
type: request
payload:
  requestId: req-20260409T120005Z-actions-001
  method: workflow.sessionlog.appendActions
  params:
    actions:
      - order: 1
        description: Created TokenService with JWT generation
        type: create
        status: completed
        filePath: src/Services/TokenService.cs
      - order: 2
        description: Created JwtValidator for token validation
        type: create
        status: completed
        filePath: src/Services/JwtValidator.cs
      - order: 3
        description: Chose HS256 for JWT signing (internal service, symmetric key)
        type: design_decision
        status: completed
        filePath: ""
---
type: request
payload:
  requestId: req-20260409T120006Z-complete-001
  method: workflow.sessionlog.completeTurn
  params:
    response: |
      JWT authentication implemented:
      - TokenService generates HS256-signed tokens
      - JwtValidator validates and extracts claims
      - Services registered in Startup.cs
      - All unit tests passing
---
type: request
payload:
  requestId: req-20260409T120003Z-update-001
  method: workflow.sessionlog.updateTurn
  params: { response: too late }
---
type: error
payload:
  requestId: req-20260409T120003Z-update-001
  code: turn_immutable
  message: "Turn is immutable (status: completed)"
  details:
    turnRequestId: req-20260409T120002Z-add-jwt-001
    currentStatus: completed
    hint: Begin a new turn instead
---
type: request
payload:
  requestId: req-20260409T120007Z-begin-002
  method: workflow.sessionlog.beginTurn
  params: { requestId: req-20260409T120007Z-add-jwt-002, queryTitle: Again, queryText: Again }
---
type: request
payload:
  requestId: req-20260409T120007Z-fail-001
  method: workflow.sessionlog.failTurn
  params:
    errorMessage: Unable to complete — missing System.IdentityModel.Tokens.Jwt package
    errorCode: dependency_missing
`;

const HISTORY = `
type: request
payload:
  requestId: req-20260409T120008Z-history-001
  method: workflow.sessionlog.queryHistory
  params:
    agent: ClaudeCowork
    limit: 10
    offset: 0
---
type: result
payload:
  requestId: req-20260409T120008Z-history-001
  result:
    sessions:
      - agent: ClaudeCowork
        sessionId: ClaudeCowork-20260409T120001Z-implement-auth
        title: Implement JWT authentication
        model: claude-sonnet-4-6
        started: 2026-04-09T12:00:01Z
        lastUpdated: 2026-04-09T12:30:00Z
        status: completed
        turnCount: 3
        filesModifiedCount: 5
        tags: [auth, jwt, security]
    totalCount: 1
    offset: 0
    limit: 10
`;

interface Envelope {
  type: string;
  payload: { requestId: string };
}

let database: TestDatabase;
afterEach(() => database.remove());

/** The document's requests as text, and its answers in the same order: undefined where it shows none. */
function examples(text: string) {
  const parts = text.split(/^---\n/m);
  const envelopes = parts.map((part): Envelope => parseAllDocuments(part)[0]?.toJS());
  const asked = parts.filter((_, at) => envelopes[at]?.type === "request");
  const expected = envelopes.flatMap((envelope, at) => {
    const next = envelopes[at + 1];
    return envelope.type === "request" ? [next && next.type !== "request" ? next : undefined] : [];
  });
  return { input: asked.join("---\n"), requests: envelopes.filter(({ type }) => type === "request"), expected };
}

it("the document's lifecycle, piped through, answers as the document does", async () => {
  database = await freshDatabase();
  const { input, requests, expected } = examples(LIFECYCLE);
  const got = await pipe(database.env, input);
  expect(got.map(({ payload }) => payload.requestId)).toEqual(requests.map(({ payload }) => payload.requestId));
  for (const [at, answer] of expected.entries())
    if (answer) expect(got[at]).toEqual(answer);
    else expect(got[at].type).toBe("result");
  expect(got[3].payload.result).toEqual({
    turnRequestId: "req-20260409T120002Z-add-jwt-001",
    status: "in_progress",
    lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(got[4].payload.result).toMatchObject({ appended: 2, dialogCount: 2 });
  expect(got[5].payload.result).toMatchObject({ appended: 3, actionCount: 3 });
  expect(got.at(-1).payload.result).toMatchObject({ status: "failed" });

  const { store, db } = await openDatabase(database.config);
  const session = db.doc("sessions/ClaudeCowork-20260409T120001Z-implement-auth");
  expect((await session.get()).data()).toMatchObject({ turn_count: 2, files_modified_count: 2, status: "active" });
  const turn = session.collection("turns").doc("req-20260409T120002Z-add-jwt-001");
  expect((await turn.get()).get("response")).toMatch(/^JWT authentication implemented:\n- TokenService .*passing\n$/s);
  const items = await turn.collection("dialog").orderBy("ordinal").get();
  expect(items.docs[1]?.get("content")).toContain("internal service.\n\nAlternatives: RS256");
  await store.close();
});

it("the document's history answers as the document does", async () => {
  database = await freshDatabase();
  const { store, db } = await openDatabase(database.config);
  await storeExampleSession(db);
  await store.close();
  const { input, expected } = examples(HISTORY);
  expect(await pipe(database.env, input)).toEqual(expected);
});
