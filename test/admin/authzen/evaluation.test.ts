// AuthZEN evaluations by the certification scenario of API 1.0: levels Basic and Batch, Core and Properties.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ACTIVE,
  ADMIN,
  ALICE,
  ARCHIVED,
  BOB,
  CERTIFICATION,
  CONTEXT,
  READ,
  RECORD_1,
  RECORD_2,
  WRITE,
} from "../support/authzen-certification.ts";
import { type AuthzenServer, startAuthzen } from "../support/authzen-kit.ts";

const ONE = "/access/v1/evaluation";
const MANY = "/access/v1/evaluations";

let server: AuthzenServer;

beforeAll(async () => {
  server = await startAuthzen(CERTIFICATION);
});

afterAll(() => server?.close());

const DELETE = (soft: boolean) => ({ name: "delete", properties: { soft } });

describe("Basic", () => {
  it.each<[string, boolean, object]>([
    ["rule 1", true, { subject: ALICE, action: READ, resource: RECORD_1 }],
    ["rule 2", true, { subject: ALICE, action: WRITE, resource: RECORD_1 }],
    ["rule 3", true, { subject: BOB, action: READ, resource: RECORD_1 }],
    ["rule 4", false, { subject: BOB, action: WRITE, resource: RECORD_1 }],
    ["rule 5", false, { subject: ALICE, action: WRITE, resource: ARCHIVED }],
    ["rule 6", true, { subject: ADMIN, action: WRITE, resource: ARCHIVED }],
    ["rule 7", true, { subject: ALICE, action: DELETE(true), resource: RECORD_1 }],
    ["rule 8", false, { subject: ALICE, action: DELETE(false), resource: RECORD_1 }],
    [
      "with a context",
      true,
      { subject: ALICE, action: READ, resource: RECORD_1, context: CONTEXT },
    ],
    [
      "more properties",
      true,
      {
        subject: { ...ALICE, properties: { department: "Sales", role: "manager" } },
        action: { name: "read", properties: { method: "GET" } },
        resource: { ...RECORD_1, properties: { status: "active", owner: "bob" } },
      },
    ],
    [
      "unknown members",
      true,
      {
        subject: { ...ALICE, futureField: 1 },
        action: READ,
        resource: RECORD_1,
        foo: "bar",
        futureField: { nested: true },
      },
    ],
    [
      "somebody unknown",
      false,
      { subject: { ...ALICE, id: "x" }, action: READ, resource: RECORD_1 },
    ],
  ])("%s: %s", async (_, decision, body) => {
    for (const path of [ONE, MANY]) {
      const answer = await server.ask(path, body);
      expect(answer).toMatchObject({ status: 200, body: { decision, context: {} } });
      expect(answer.type).toMatch(/^application\/json/);
    }
  });

  it("is the same each time", async () => {
    const body = { subject: ALICE, action: READ, resource: RECORD_1 };
    for (let turn = 0; turn < 5; turn++) {
      expect((await server.ask(ONE, body)).body).toMatchObject({ decision: true });
    }
  });

  const FULL = { subject: ALICE, action: READ, resource: RECORD_1 };
  const without = (name: keyof typeof FULL) => ({ ...FULL, [name]: undefined });

  it.each<[string, unknown, string]>([
    ["no subject", without("subject"), "subject: is missing"],
    ["no action", without("action"), "action: is missing"],
    ["no resource", without("resource"), "resource: is missing"],
    ["no subject.type", { ...FULL, subject: { id: "alice" } }, "subject.type: is missing"],
    ["no subject.id", { ...FULL, subject: { type: "user" } }, "subject.id: is missing"],
    ["no action.name", { ...FULL, action: {} }, "action.name: is missing"],
    ["no resource.type", { ...FULL, resource: { id: "record-1" } }, "resource.type: is missing"],
    ["no resource.id", { ...FULL, resource: { type: "record" } }, "resource.id: is missing"],
    ["a subject that is text", { ...FULL, subject: "alice" }, "subject: must be"],
    ["a name that is a number", { ...FULL, action: { name: 123 } }, "action.name: must be text"],
    [
      "properties that are a list",
      { ...FULL, subject: { ...ALICE, properties: [] } },
      "properties",
    ],
    [
      "a context that is text",
      { ...FULL, context: "now" },
      "context: must be a mapping of names to values",
    ],
    ["no JSON", "{", "not well-formed JSON"],
    ["nothing", "", ""],
    ["a list", "[]", ""],
    ["a text", '"a"', "not well-formed JSON"],
    ["an id too long", { ...FULL, subject: { type: "user", id: "x".repeat(9000) } }, "longer than"],
    [
      "too deep",
      `{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"e"},"context":{"a":${"[".repeat(5000)}${"]".repeat(5000)}}}`,
      "nested deeper",
    ],
  ])("400: %s", async (_, body, words) => {
    for (const path of [ONE, MANY]) {
      const answer = await server.ask(path, body, { "x-request-id": "r-1" });
      expect(answer).toMatchObject({ status: 400, body: { code: "bad_body" } });
      expect(answer.body["detail"]).toContain(words);
      expect(answer.headers.get("x-request-id")).toBe("r-1");
    }
  });

  it("refuses other content types, bodies over a megabyte, and other methods", async () => {
    const text = await server.ask(ONE, JSON.stringify(FULL), { "content-type": "text/plain" });
    expect(text).toMatchObject({ status: 400, body: { code: "bad_body" } });
    const large = { ...FULL, foo: "x".repeat(1_100_000) };
    expect(await server.ask(ONE, large)).toMatchObject({ status: 413 });
    const within = { ...FULL, foo: "x".repeat(1_000_000) };
    expect(await server.ask(ONE, within)).toMatchObject({ status: 200 });
    expect((await fetch(server.url + ONE)).status).toBe(405);
  });

  it("gives X-Request-ID back, and asks for none", async () => {
    const id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716 ÿ\ta";
    const answer = await server.ask(ONE, FULL, { "x-request-id": id });
    expect(answer.headers.get("x-request-id")).toBe(id);
    expect((await server.ask(ONE, FULL)).headers.get("x-request-id")).toBeNull();
    const elsewhere = await server.ask("/api/v1/reload", {}, { "x-request-id": id });
    expect(elsewhere.headers.get("x-request-id")).toBeNull();
  });

  it("needs the token as all of the admin API does", async () => {
    const answer = await server.ask(ONE, FULL, { "x-forwarded-for": "192.0.2.1" });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("Batch", () => {
  const time = { time: "2025-06-27T18:03-07:00" };
  const batches: readonly [string, readonly boolean[], object][] = [
    [
      "decisions in order",
      [true, false],
      { subject: BOB, resource: RECORD_1, evaluations: [{ action: READ }, { action: WRITE }] },
    ],
    [
      "properties",
      [true, false],
      {
        subject: ALICE,
        action: WRITE,
        evaluations: [{ resource: ACTIVE }, { resource: ARCHIVED }],
      },
    ],
    [
      "subject properties",
      [false, true],
      { action: WRITE, resource: ARCHIVED, evaluations: [{ subject: ALICE }, { subject: ADMIN }] },
    ],
    [
      "no defaults",
      [true, false],
      {
        evaluations: [
          { subject: ALICE, action: READ, resource: RECORD_1 },
          { subject: BOB, action: WRITE, resource: RECORD_1 },
        ],
      },
    ],
    [
      "the context of all",
      [true, false],
      {
        subject: ALICE,
        action: READ,
        context: time,
        evaluations: [
          { resource: RECORD_1 },
          { resource: RECORD_2, context: { ...time, source: "batch-override" } },
        ],
      },
    ],
    [
      "defaults, and one replaced whole",
      [true, false],
      {
        subject: ALICE,
        action: WRITE,
        resource: ACTIVE,
        evaluations: [{}, { resource: ARCHIVED }],
      },
    ],
  ];

  it.each(batches)("%s", async (_, decisions, body) => {
    const answer = await server.ask(MANY, body);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      evaluations: decisions.map((decision) => ({ decision, context: expect.any(Object) })),
    });
  });

  it("fails one that is no question alone, and closed", async () => {
    const options = { evaluations_semantic: "execute_all" };
    const evaluations = [{ resource: RECORD_1 }, {}, 5, { resource: "x" }, { resource: RECORD_1 }];
    const answer = await server.ask(MANY, { subject: ALICE, action: READ, options, evaluations });
    const failed = (message: string) => ({
      decision: false,
      context: { error: { status: 400, message } },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        evaluations: [
          { decision: true },
          failed("resource: is missing"),
          failed("must be a mapping of names to values"),
          failed("resource: must be a mapping of names to values"),
          { decision: true },
        ],
      },
    });
  });

  const READS = { subject: ALICE, action: READ };
  const three = [{ resource: RECORD_1 }, { resource: RECORD_2 }, { resource: RECORD_1 }];

  it.each<[string | undefined, readonly object[], readonly boolean[]]>([
    [undefined, three, [true, false, true]],
    ["execute_all", three, [true, false, true]],
    ["deny_on_first_deny", three, [true, false]],
    ["deny_on_first_deny", [{}, ...three], [false]],
    ["permit_on_first_permit", three, [true]],
    ["permit_on_first_permit", three.slice(1), [false, true]],
    ["permit_on_first_permit", [{}, ...three], [false, true]],
  ])("%s of %j", async (evaluations_semantic, evaluations, decisions) => {
    const options = { evaluations_semantic, other: 1 };
    const answer = await server.ask(MANY, { ...READS, options, evaluations });
    const given = answer.body["evaluations"] as { readonly decision: boolean }[];
    expect(given.map(({ decision }) => decision)).toEqual(decisions);
  });

  it.each<[string, object, string]>([
    [
      "a semantic unknown",
      { ...READS, options: { evaluations_semantic: "all" }, evaluations: three },
      "execute_all",
    ],
    ["options that are text", { ...READS, options: "x", evaluations: three }, "options: must be"],
    ["evaluations that are none", { ...READS, evaluations: {} }, "evaluations: must be"],
    [
      "too many",
      { ...READS, evaluations: Array.from({ length: 1001 }, () => ({})) },
      "evaluations: must be at most 1000",
    ],
    [
      "a default that is incomplete",
      { subject: {}, evaluations: three },
      "subject.type: is missing",
    ],
    ["none, and no defaults", { evaluations: [] }, "subject: is missing"],
  ])("400: %s", async (_, body, words) => {
    const answer = await server.ask(MANY, body);
    expect(answer).toMatchObject({ status: 400, body: { code: "bad_body" } });
    expect(answer.body["detail"]).toContain(words);
  });

  it("takes an empty list, or none, as one question", async () => {
    const body = { ...READS, resource: RECORD_1, evaluations: [] };
    expect((await server.ask(MANY, body)).body).toMatchObject({ decision: true });
  });

  it("answers a thousand", async () => {
    const evaluations = Array.from({ length: 1000 }, (_, at) => ({
      resource: { type: "record", id: `record-${at}` },
    }));
    const { body } = await server.ask(MANY, { ...READS, evaluations });
    const given = body["evaluations"] as { readonly decision: boolean }[];
    expect(given).toHaveLength(1000);
    expect(given.flatMap(({ decision }, at) => (decision ? [at] : []))).toEqual([1]);
  });
});
