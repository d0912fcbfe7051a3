// Passwords over the wire: who gets in, what the row says, what is told to whom, and what too many get.
import { Buffer } from "node:buffer";
import { beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../../src/identity/password-hash.ts";
import { type ProxySetup, startProxy, type TestProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

/** As weak as a users file may have it: this is about the wire. */
const COST = { memoryKib: 4_096, passes: 1, parallelism: 1 };
const PASSWORD = "correct horse";
let users: string;

beforeAll(async () => {
  users = `# staff\nalice:${await hashPassword(PASSWORD, COST)}:admin,dev\njörg:${await hashPassword("grün und blau", COST)}\n`;
});

const NO_LIMITS = { per_source_per_minute: 0, per_subject_per_minute: 0 };
const BASIC = 'Basic realm="staff", charset="UTF-8"';
const KEY = 'ApiKey header="x-api-key"';

function setup(url: string, failures: object = NO_LIMITS): ProxySetup {
  const route = (name: string, ...authenticate: string[]): object => {
    return { name, service: "app", match: { path: `/${name}/**` }, authenticate };
  };
  return {
    upstreams: [url],
    users,
    config: {
      identity: {
        keys: [{ key: "k-bob", subject: "bob" }],
        users: { file: "users", realm: "staff" },
        failures,
      },
      routes: [
        route("basic", "basic"),
        route("both", "key", "basic"),
        route("any", "basic", "anonymous"),
        { name: "open", service: "app" },
      ],
    },
  };
}

function basic(name: string, password: string, encoding: BufferEncoding = "utf8"): string {
  return `Basic ${Buffer.from(`${name}:${password}`, encoding).toString("base64")}`;
}

function ask(proxy: TestProxy, path: string, ...fields: [string, string][]) {
  return exchangeRaw(proxy.port, requestText(`GET ${path}`, Object.fromEntries(fields)));
}

const auth = (value: string): [string, string] => ["Authorization", value];

/** For the client all failures are one. */
function expectNothingTold(text: string): void {
  const body = JSON.parse(text) as Record<string, unknown>;
  expect(body).toMatchObject({ code: "invalid_credentials" });
  expect(Object.keys(body).sort()).toEqual(["code", "status", "title", "trace_id", "type"]);
}

function methodOf(outcome: string, subject: string): string {
  if (outcome === "none" || outcome === "unknown_scheme") return "";
  return subject === "bob" || outcome === "invalid_key" ? "key" : "basic";
}

describe("a request", () => {
  const right = auth(basic("alice", PASSWORD));
  const wrong = auth(basic("alice", "incorrect horse"));
  it.each([
    ["right", "/basic/a", [right], 200, "ok", "alice", []],
    [
      "right, scheme in capitals",
      "/basic/a",
      [auth(right[1].replace("Basic", "BASIC"))],
      200,
      "ok",
      "alice",
      [],
    ],
    ["UTF-8", "/basic/a", [auth(basic("jörg", "grün und blau"))], 200, "ok", "jörg", []],
    [
      "UTF-8, decomposed as typed on a Mac",
      "/basic/a",
      [auth(basic("jo\u0308rg", "gru\u0308n und blau"))],
      200,
      "ok",
      "jörg",
      [],
    ],
    [
      "Latin-1",
      "/basic/a",
      [auth(basic("jörg", "grün und blau", "latin1"))],
      401,
      "malformed_password",
      "",
      [BASIC],
    ],
    ["wrong", "/basic/a", [wrong], 401, "wrong_password", "", [BASIC]],
    ["empty password", "/basic/a", [auth(basic("alice", ""))], 401, "wrong_password", "", [BASIC]],
    ["another's", "/basic/a", [auth(basic("jörg", PASSWORD))], 401, "wrong_password", "", [BASIC]],
    ["unknown", "/basic/a", [auth(basic("mallory", PASSWORD))], 401, "unknown_user", "", [BASIC]],
    [
      "another case",
      "/basic/a",
      [auth(basic("Alice", PASSWORD))],
      401,
      "unknown_user",
      "",
      [BASIC],
    ],
    ["no name", "/basic/a", [auth(basic("", PASSWORD))], 401, "unknown_user", "", [BASIC]],
    [
      "no colon",
      "/basic/a",
      [auth(`Basic ${btoa("alice")}`)],
      401,
      "malformed_password",
      "",
      [BASIC],
    ],
    ["no credentials in it", "/basic/a", [auth("Basic")], 401, "malformed_password", "", [BASIC]],
    ["no base64", "/basic/a", [auth("Basic YWxpY2U6x*==")], 401, "malformed_password", "", [BASIC]],
    [
      "no padding",
      "/basic/a",
      [auth(`Basic ${btoa("alice:ab").replace(/=+$/, "")}`)],
      401,
      "malformed_password",
      "",
      [BASIC],
    ],
    [
      "a control character",
      "/basic/a",
      [auth(basic("alice", `${PASSWORD}\0`))],
      401,
      "malformed_password",
      "",
      [BASIC],
    ],
    [
      "very long",
      "/basic/a",
      [auth(basic("alice", "x".repeat(4_000)))],
      401,
      "malformed_password",
      "",
      [BASIC],
    ],
    [
      "twice",
      "/basic/a",
      [right, ["authorization", right[1]]],
      401,
      "repeated_authorization",
      "",
      [BASIC],
    ],
    ["another scheme", "/basic/a", [auth("Digest x")], 401, "unknown_scheme", "", [BASIC]],
    ["none", "/basic/a", [], 401, "none", "", [BASIC]],
    ["none, of two methods", "/both/a", [], 401, "none", "", [KEY, BASIC]],
    ["the second of two methods", "/both/a", [right], 200, "ok", "alice", []],
    ["the first of two methods", "/both/a", [["x-api-key", "k-bob"]], 200, "ok", "bob", []],
    [
      "a bad first, a good second",
      "/both/a",
      [["x-api-key", "no"], right],
      401,
      "invalid_key",
      "",
      [KEY, BASIC],
    ],
    ["a bad second alone", "/both/a", [wrong], 401, "wrong_password", "", [KEY, BASIC]],
    ["none where anonymous will do", "/any/a", [], 200, "none", "", []],
    ["a good one where anonymous will do", "/any/a", [right], 200, "ok", "alice", []],
    ["a bad one where anonymous will do", "/any/a", [wrong], 401, "wrong_password", "", [BASIC]],
    [
      "another scheme where anonymous will do",
      "/any/a",
      [auth("Bearer x")],
      401,
      "unknown_scheme",
      "",
      [BASIC],
    ],
    ["a bad one where nothing is asked", "/open/a", [wrong], 200, "none", "", []],
  ] as [string, string, [string, string][], number, string, string, string[]][])(
    "%s",
    async (...[, path, fields, status, outcome, subject, challenges]) => {
      await using upstream = await startUpstream(answerOk);
      await using proxy = await startProxy(setup(upstream.url));
      const response = await ask(proxy, path, ...fields);
      expect(response.status).toBe(status);
      expect(response.fields.all("www-authenticate")).toEqual(challenges);
      const row = await proxy.row(0);
      const identity = {
        subject,
        kind: subject === "" ? "anonymous" : subject === "bob" ? "key" : "password",
      };
      const authMethod = methodOf(outcome, subject);
      expect(row).toMatchObject({ status, authMethod, authOutcome: outcome, identity });
      expect(JSON.stringify([row, proxy.log])).not.toContain("horse");
      expect(upstream.calls).toHaveLength(status === 200 ? 1 : 0);
      // Neither on the way nor where weir asked for nothing.
      if (status === 200) expect(upstream.calls[0]!.fields.all("authorization")).toEqual([]);
      if (status === 200 && subject === "alice") {
        expect(upstream.calls[0]!.fields.all("x-weir-roles")).toEqual(["admin,dev"]);
      }
      if (outcome === "wrong_password" || outcome === "unknown_user") {
        expectNothingTold(response.text);
      }
    },
  );
});

describe("too many failures", () => {
  const wrong = (name: string) => auth(basic(name, "wrong guess"));

  it("of one subject: 429 for it, known or not, and no further guess is tried", async () => {
    await using upstream = await startUpstream(answerOk);
    const limits = { per_source_per_minute: 0, per_subject_per_minute: 2 };
    await using proxy = await startProxy(setup(upstream.url, limits));
    for (const name of ["alice", "mallory"]) {
      const startedMs = performance.now();
      const answers = [];
      for (let at = 0; at < 3; at++) answers.push(await ask(proxy, "/basic/a", wrong(name)));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
      const last = answers[2]!;
      expect(JSON.parse(last.text)).toMatchObject({ code: "too_many_failures" });
      const waitSeconds = Number(last.fields.get("retry-after"));
      const passedSeconds = (performance.now() - startedMs) / 1000;
      // Two a minute: another one each half minute, counted from the first.
      expect(waitSeconds).toBeGreaterThanOrEqual(Math.floor(30 - passedSeconds));
      expect(waitSeconds).toBeLessThanOrEqual(30);
      expect(last.fields.names.includes("www-authenticate")).toBe(false);
    }
    const limited = { authOutcome: "too_many_failures", limitedBy: "identity.failures" };
    expect(await proxy.row(2)).toMatchObject(limited);
    expect((await proxy.row(1)).limitedBy).toBe("");
    const right = await ask(proxy, "/basic/a", auth(basic("alice", PASSWORD)));
    expect(right.status).toBe(429);
    const other = await ask(proxy, "/basic/a", auth(basic("jörg", "grün und blau")));
    expect(other.status).toBe(200);
  });

  it("of one source: its bad keys get 429, too, its good ones go on", async () => {
    await using upstream = await startUpstream(answerOk);
    const limits = { per_source_per_minute: 3, per_subject_per_minute: 0 };
    await using proxy = await startProxy(setup(upstream.url, limits));
    const statuses = [];
    for (const name of ["a", "b", "c", "d"]) {
      statuses.push((await ask(proxy, "/both/a", wrong(name))).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await ask(proxy, "/both/a", ["x-api-key", "no"])).status).toBe(429);
    expect((await ask(proxy, "/both/a", ["x-api-key", "k-bob"])).status).toBe(200);
  });

  it("stop nobody who was verified before, and count no success", async () => {
    await using upstream = await startUpstream(answerOk);
    const limits = { per_source_per_minute: 2, per_subject_per_minute: 2 };
    await using proxy = await startProxy(setup(upstream.url, limits));
    const right = auth(basic("alice", PASSWORD));
    for (let at = 0; at < 5; at++) expect((await ask(proxy, "/basic/a", right)).status).toBe(200);
    for (let at = 0; at < 3; at++) await ask(proxy, "/basic/a", wrong("alice"));
    expect((await ask(proxy, "/basic/a", wrong("alice"))).status).toBe(429);
    expect((await ask(proxy, "/basic/a", right)).status).toBe(200);
  });

  it("at once are as many as one after the other", async () => {
    await using upstream = await startUpstream(answerOk);
    const limits = { per_source_per_minute: 0, per_subject_per_minute: 3 };
    await using proxy = await startProxy(setup(upstream.url, limits));
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        ask(proxy, "/basic/a", auth(basic("alice", `wrong ${at}`))),
      ),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(9);
  });

  it("to verify at once: 503, and the traffic goes on", async () => {
    await using upstream = await startUpstream(answerOk);
    await using proxy = await startProxy(setup(upstream.url));
    const asks = Array.from({ length: 80 }, (_, at) =>
      ask(proxy, "/basic/a", auth(basic("alice", `wrong ${at}`))),
    );
    expect((await ask(proxy, "/open/a")).status).toBe(200);
    const answers = await Promise.all(asks);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]!.fields.get("retry-after")).toBe("1");
    expect(JSON.parse(busy[0]!.text)).toMatchObject({ code: "verifier_busy" });
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(32);
    expect((await ask(proxy, "/basic/a", auth(basic("alice", PASSWORD)))).status).toBe(200);
  });
});

describe("a reload", () => {
  it("with another password, or without the user, forgets what was verified", async () => {
    await using upstream = await startUpstream(answerOk);
    await using proxy = await startProxy(setup(upstream.url));
    const right = auth(basic("alice", PASSWORD));
    expect((await ask(proxy, "/basic/a", right)).status).toBe(200);
    const next = await hashPassword("battery staple", COST);
    await proxy.swap({ ...setup(upstream.url), users: `alice:${next}\n` });
    expect((await ask(proxy, "/basic/a", right)).status).toBe(401);
    const changed = auth(basic("alice", "battery staple"));
    expect((await ask(proxy, "/basic/a", changed)).status).toBe(200);
    await proxy.swap({ ...setup(upstream.url), users: "" });
    expect((await ask(proxy, "/basic/a", changed)).status).toBe(401);
  });

  it("gives the roles of the file from the next request on", async () => {
    await using upstream = await startUpstream(answerOk);
    await using proxy = await startProxy(setup(upstream.url));
    const right = auth(basic("alice", PASSWORD));
    await ask(proxy, "/basic/a", right);
    await proxy.swap({ ...setup(upstream.url), users: users.replace(":admin,dev", ":dev") });
    await ask(proxy, "/basic/a", right);
    expect(upstream.calls.map(({ fields }) => fields.get("x-weir-roles"))).toEqual([
      "admin,dev",
      "dev",
    ]);
  });
});
