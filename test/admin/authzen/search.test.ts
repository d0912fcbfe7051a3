// AuthZEN searches by the certification scenario of API 1.0 (level Search), their pages, and what can't be listed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  ALICE,
  ARCHIVED,
  CERTIFICATION,
  CONTEXT,
  READ,
  RECORD_1,
  WRITE,
} from "../support/authzen-certification.ts";
import { type AuthzenServer, startAuthzen } from "../support/authzen-kit.ts";

const path = (kind: string): string => `/access/v1/search/${kind}`;
const USERS = { type: "user" };
const RECORDS = { type: "record" };
const ids = ({ body }: { readonly body: Record<string, unknown> }): string[] =>
  (body["results"] as Record<string, string>[]).map(({ id, name }) => id ?? name ?? "");

describe("the certification fixture", () => {
  let server: AuthzenServer;

  beforeAll(async () => {
    server = await startAuthzen(CERTIFICATION);
  });

  afterAll(() => server?.close());

  const readers = { subject: USERS, action: READ, resource: RECORD_1 };
  const readable = { subject: ALICE, action: READ, resource: RECORDS };

  it.each<[string, object, readonly string[]]>([
    ["subject", readers, ["alice", "bob"]],
    ["subject", { ...readers, context: CONTEXT }, ["alice", "bob"]],
    ["subject", { ...readers, subject: ALICE }, ["alice", "bob"]],
    ["subject", { ...readers, subject: { ...USERS, id: 5 } }, ["alice", "bob"]],
    ["subject", { subject: USERS, action: WRITE, resource: ARCHIVED }, ["bob"]],
    ["resource", readable, ["record-1"]],
    ["resource", { ...readable, context: CONTEXT }, ["record-1"]],
    ["resource", { ...readable, resource: RECORD_1 }, ["record-1"]],
    ["resource", { subject: ADMIN, action: WRITE, resource: RECORDS }, ["record-2"]],
    ["action", { subject: ALICE, resource: RECORD_1 }, ["read", "write"]],
    ["action", { subject: ALICE, resource: RECORD_1, action: WRITE, foo: 1 }, ["read", "write"]],
    ["action", { subject: ALICE, resource: RECORD_1, context: CONTEXT }, ["read", "write"]],
    ["action", { subject: ADMIN, resource: ARCHIVED }, ["write"]],
    ["action", { subject: { ...ALICE, id: "nonexistent-user" }, resource: RECORD_1 }, []],
    ["subject", { ...readers, resource: { ...RECORD_1, id: "none" } }, []],
    ["resource", { ...readable, subject: { ...ALICE, id: "none" } }, []],
    ["subject", { ...readers, subject: { type: "spaceship" } }, []],
    ["resource", { ...readable, resource: { type: "spaceship" } }, []],
    ["action", { subject: { ...ALICE, type: "spaceship" }, resource: RECORD_1 }, []],
  ])("%s of %j", async (kind, body, found) => {
    const answer = await server.ask(path(kind), body, { "x-request-id": "r-1" });
    expect(answer.status).toBe(200);
    expect(answer.type).toMatch(/^application\/json/);
    expect(answer.headers.get("x-request-id")).toBe("r-1");
    expect(ids(answer)).toEqual(found);
    const type = kind === "subject" ? "user" : "record";
    const shape =
      kind === "action" ? { name: expect.any(String) } : { type, id: expect.any(String) };
    for (const result of answer.body["results"] as object[]) expect(result).toEqual(shape);
    expect(answer.body["page"]).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ["subject", { ...readers, action: undefined }, "action: is missing"],
    ["resource", { ...readable, subject: undefined }, "subject: is missing"],
    ["action", { subject: ALICE }, "resource: is missing"],
    ["subject", { subject: USERS, action: READ, resource: RECORDS }, "resource.id: is missing"],
    ["resource", { subject: USERS, action: READ, resource: RECORDS }, "subject.id: is missing"],
    ["action", { subject: USERS, resource: RECORD_1 }, "subject.id: is missing"],
    ["subject", { ...readers, subject: {} }, "subject.type: is missing"],
    ["subject", { ...readers, page: "x" }, "page: must be"],
    ["subject", { ...readers, page: { limit: -1 } }, "page.limit: must be at least 0"],
    ["subject", { ...readers, page: { limit: "1" } }, "page.limit: must be a number"],
    ["subject", { ...readers, page: { token: "x" } }, "page.token"],
    ["subject", { ...readers, page: { token: "WzAsMSwieCJd" } }, "page.token"],
  ])("400: %s of %j", async (kind, body, words) => {
    const answer = await server.ask(path(kind), body);
    expect(answer).toMatchObject({ status: 400, body: { code: "bad_body" } });
    expect(answer.body["detail"]).toContain(words);
  });

  it("400: a page whose properties are too deep to tell from another question's", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const [question = ""] = JSON.stringify(readers).split(/\}$/);
    for (const token of ['"token":"WzAsMSwieCJd",', ""]) {
      const body = `${question},"page":{"limit":1,${token}"properties":{"x":${deep}}}}`;
      expect(await server.ask(path("subject"), body)).toMatchObject({
        status: 400,
        body: { code: "bad_body", detail: expect.stringContaining("nested deeper") as unknown },
      });
    }
  });

  it("pages: the limit holds for all of them, and the question must stay", async () => {
    const first = await server.ask(path("subject"), { ...readers, page: { limit: 1 } });
    expect(ids(first)).toEqual(["alice"]);
    const { next_token: token } = first.body["page"] as { readonly next_token: string };
    expect(token).not.toBe("");
    const reordered = { page: { token }, resource: RECORD_1, action: READ, subject: USERS };
    const second = await server.ask(path("subject"), reordered);
    expect(ids(second)).toEqual(["bob"]);
    expect(second.body["page"]).toEqual({ next_token: "", count: 1 });
    const same = await server.ask(path("subject"), { ...readers, page: { token, limit: 1 } });
    expect(ids(same)).toEqual(["bob"]);
    for (const changed of [
      { ...readers, action: WRITE, page: { token } },
      { ...readers, context: { a: 1 }, page: { token } },
      { ...readers, page: { token, limit: 2 } },
      { ...readers, page: { token, properties: { sort: "id" } } },
    ]) {
      expect(await server.ask(path("subject"), changed)).toMatchObject({ status: 400 });
    }
    expect(await server.ask(path("resource"), { ...readable, page: { token } })).toMatchObject({
      status: 400,
    });
  });

  it("a page that holds all says so, and one of nothing says that there is more", async () => {
    const all = await server.ask(path("subject"), { ...readers, page: { limit: 2 } });
    expect(all.body["page"]).toEqual({ next_token: "", count: 2 });
    const none = await server.ask(path("subject"), { ...readers, page: { limit: 0 } });
    expect(none.body).toMatchObject({ page: { count: 0 }, results: [] });
    expect(none.body["page"]).not.toMatchObject({ next_token: "" });
  });
});

const ROLES = {
  model: `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act
`,
  rules:
    "p, reader, /books, list\np, reader, /books/:id, read\np, eve, /books, list\ng, alice, reader\ng, bob, reader\n",
};

describe("what only the policy names", () => {
  let server: AuthzenServer | undefined;

  afterEach(() => server?.close());

  const books = { type: "book", id: "/books" };

  it("is found under any type, roles by their members, patterns not at all", async () => {
    server = await startAuthzen(ROLES);
    const { ask } = server;
    const lists = await ask(path("subject"), {
      subject: USERS,
      action: { name: "list" },
      resource: books,
    });
    expect(ids(lists).sort()).toEqual(["alice", "bob", "eve"]);
    expect(lists.body["context"]).toMatchObject({ may_be_more: false });
    const resources = await ask(path("resource"), {
      subject: ALICE,
      action: { name: "list" },
      resource: { type: "book" },
    });
    expect(ids(resources)).toEqual(["/books"]);
    expect(resources.body["context"]).toMatchObject({ may_be_more: true });
    const actions = await ask(path("action"), {
      subject: ALICE,
      resource: { ...books, id: "/books/1" },
    });
    expect(actions.body["results"]).toEqual([{ name: "read" }]);
  });

  it("is found beside known entities, and under their types only", async () => {
    const entities = `subjects: [ { type: user, id: bob }, { type: robot, id: r2 } ]
resources: [ { type: book, id: /books/1 }, { type: shelf, id: /books } ]
`;
    server = await startAuthzen({ ...ROLES, entities });
    const { ask } = server;
    const who = { action: { name: "list" }, resource: books };
    expect(ids(await ask(path("subject"), { subject: USERS, ...who })).sort()).toEqual([
      "alice",
      "bob",
      "eve",
    ]);
    expect(ids(await ask(path("subject"), { subject: { type: "ghost" }, ...who }))).toEqual([]);
    const read = { subject: ALICE, action: READ };
    expect(ids(await ask(path("resource"), { ...read, resource: { type: "book" } }))).toEqual([
      "/books/1",
    ]);
    expect(ids(await ask(path("resource"), { ...read, resource: { type: "shelf" } }))).toEqual([]);
  });

  it("is paged in the order of the policy, each name once, within its limit", async () => {
    const names = Array.from({ length: 2500 }, (_, at) => `u${at}`);
    const rules = names.map(
      (name) => `p, ${name}, /books, ${Number(name.slice(1)) % 2 === 0 ? "list" : "read"}`,
    );
    server = await startAuthzen({ ...ROLES, rules: `${rules.join("\n")}\n` });
    const { ask } = server;
    const question = { subject: USERS, action: { name: "list" }, resource: books };
    const found: string[] = [];
    for (let token = "", turn = 0; turn < 10; turn++) {
      const page = token === "" ? { limit: 5000 } : { token };
      const answer = await ask(path("subject"), { ...question, page });
      found.push(...ids(answer));
      token = (answer.body["page"] as { readonly next_token: string }).next_token;
      if (token === "") break;
      expect(ids(answer).length).toBeLessThanOrEqual(1000);
    }
    expect(found.sort()).toEqual(names.filter((_, at) => at % 2 === 0).sort());
  });
});
