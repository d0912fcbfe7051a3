// What AuthZEN is asked is recorded: rows of kind decision, in the spool before the answer is out.
import { afterEach, describe, expect, it } from "vitest";
import {
  ADMIN,
  ALICE,
  ARCHIVED,
  BOB,
  CERTIFICATION,
  READ,
  RECORD_1,
  WRITE,
} from "../support/authzen-certification.ts";
import { type AuthzenServer, type AuthzenSite, startAuthzen } from "../support/authzen-kit.ts";

const ONE = "/access/v1/evaluation";
const MANY = "/access/v1/evaluations";
const FULL = { subject: ALICE, action: READ, resource: RECORD_1 };
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";

let server: AuthzenServer | undefined;

const start = async (site: AuthzenSite): Promise<AuthzenServer> => {
  server = await startAuthzen(site);
  return server;
};

afterEach(() => server?.close());

describe("a row", () => {
  it("has the question, the decision and the caller's trace", async () => {
    const { ask, rows } = await start({ ...CERTIFICATION, policy: { explain: true } });
    const answer = await ask(ONE, FULL, {
      traceparent: `00-${TRACE}-${CALLER}-01`,
      "user-agent": "pep/1",
    });
    const [row, ...others] = rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      kind: "decision",
      trace_id: TRACE,
      parent_span_id: CALLER,
      method: "POST",
      host: expect.stringContaining("127.0.0.1:"),
      path: ONE,
      route: "authzen",
      service: "",
      user_agent: "pep/1",
      client_address: expect.stringContaining("127.0.0.1"),
      principal: "alice",
      principal_kind: "asserted",
      decision: "allow",
      rule: "p, alice, read, record-1, true",
      rule_source: expect.stringMatching(/policy\.csv:1$/),
      policy_replay: "json",
      status: 200,
      error_code: "",
      attributes: {
        "authzen.subject_type": "user",
        "authzen.resource_type": "record",
        "authzen.resource_id": "record-1",
        "authzen.action": "read",
      },
    });
    expect((row!["policy_request"] as string[]).map((text) => JSON.parse(text) as unknown)).toEqual(
      [
        { ...ALICE, properties: {} },
        { ...READ, properties: {} },
        { ...RECORD_1, properties: { status: "active" } },
      ],
    );
    expect(row?.["duration_ns"]).toBeGreaterThan(0);
    expect(answer.body["context"]).toEqual({
      revision: row?.["policy_revision"],
      trace_id: TRACE,
      rule: row?.["rule"],
      rule_source: row?.["rule_source"],
    });
    expect(answer.headers.get("traceresponse")).toBe(`00-${TRACE}-${String(row?.["span_id"])}-01`);
  });

  it("is there for each of a batch, and for what was no question", async () => {
    const { ask, rows } = await start(CERTIFICATION);
    const evaluations = [
      { subject: ALICE },
      {},
      { subject: ADMIN, resource: ARCHIVED },
      { subject: BOB },
    ];
    const options = { evaluations_semantic: "execute_all" };
    const { headers, body } = await ask(MANY, {
      action: WRITE,
      resource: RECORD_1,
      evaluations,
      options,
    });
    const all = rows();
    expect(all.map(({ decision, principal }) => [decision, principal])).toEqual([
      ["allow", "alice"],
      ["none", ""],
      ["allow", "bob"],
      ["deny", "bob"],
    ]);
    expect(all[1]).toMatchObject({ error_code: "malformed_request", error_source: "client" });
    expect(new Set(all.map(({ trace_id: id }) => id)).size).toBe(1);
    expect(new Set(all.map(({ span_id: id }) => id)).size).toBe(4);
    expect(headers.get("traceresponse")).toContain(String(all[0]?.["span_id"]));
    // Without policy.explain no rule is named.
    expect((body["evaluations"] as object[])[0]).toEqual({
      decision: true,
      context: { revision: all[0]?.["policy_revision"], trace_id: all[0]?.["trace_id"] },
    });
  });

  it("is not there for what was refused whole, nor for what an early end left out", async () => {
    const { ask, rows } = await start(CERTIFICATION);
    await ask(ONE, { subject: ALICE });
    expect(rows()).toEqual([]);
    const options = { evaluations_semantic: "permit_on_first_permit" };
    await ask(MANY, { ...FULL, options, evaluations: [{}, {}] });
    expect(rows()).toHaveLength(1);
  });

  it("keeps no secret, and says so", async () => {
    const more = { telemetry: { redact: { attributes: ["pin", "role"] } } };
    const { ask, rows } = await start({ ...CERTIFICATION, more });
    await ask(ONE, {
      ...FULL,
      subject: { ...ADMIN, properties: { role: "S3CRET-ROLE", seen: [{ pin: 6.25e30 }] } },
      context: { pin: "S3CRET-PIN" },
    });
    await ask(ONE, FULL);
    const [secret, plain] = rows();
    expect(secret).toMatchObject({ policy_replay: "redacted", role_path: [] });
    expect(JSON.stringify(secret)).not.toMatch(/S3CRET|6\.25e/);
    expect(plain).toMatchObject({ policy_replay: "json" });
  });

  it("is a plain tuple where all fields are texts", async () => {
    const { ask, rows } = await start(PLAIN);
    expect((await ask(ONE, FULL)).body).toMatchObject({ decision: true });
    expect(rows()).toMatchObject([
      {
        policy_request: ["alice", "record-1", "read"],
        policy_replay: "",
        role_path: ["alice", "reader"],
      },
    ]);
  });
});

const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PROTECT = { key: KEY, hash: ["principal"], encrypt: ["path", "user_agent"] };
const WHOLE = { ...CERTIFICATION, rules: "p, bob, read, record-2, true\n" };

describe.each([
  ["as texts", () => PLAIN],
  ["as objects", () => WHOLE],
] as const)("who asked about what is protected %s", (_, site) => {
  it("in every place of the row", async () => {
    const { ask, rows } = await start({ ...site(), more: { telemetry: { protect: PROTECT } } });
    await ask(ONE, FULL, { "user-agent": "pep-alice" });
    const [row] = rows();
    // The rule is the policy's text.
    expect(JSON.stringify({ ...row, rule: "" })).not.toMatch(/alice|record-1/);
    expect(row).toMatchObject({ policy_replay: "redacted", role_path: [] });
    expect(row?.["principal"]).toMatch(/^hash:v1:/);
  });

  it("or only a part of what it is about", async () => {
    const more = { telemetry: { redact: { path: ["/reset/:token"] } } };
    const { ask, rows } = await start({ ...site(), more });
    await ask(ONE, { ...FULL, resource: { type: "path", id: "/reset/S3cr3t" } });
    const [row] = rows();
    expect(JSON.stringify(row)).not.toContain("S3cr3t");
    expect(row).toMatchObject({ attributes: { "authzen.resource_id": "/reset/-" } });
  });
});

const PLAIN: AuthzenSite = {
  model: `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
`,
  rules: "p, reader, record-1, read\ng, alice, reader\n",
};

describe("without a row no answer", () => {
  it("at a stop", async () => {
    const { ask, closeLog } = await start(CERTIFICATION);
    closeLog();
    expect(await ask(ONE, FULL)).toMatchObject({ status: 503, body: { code: "not_recorded" } });
    expect(await ask(MANY, { evaluations: [FULL] })).toMatchObject({ status: 503 });
  });

  it("where audit is required and the spool is full", async () => {
    const more = {
      telemetry: { audit: "required", spool: { max_bytes: 1_048_576, segment_bytes: 65_536 } },
    };
    const { ask } = await start({ ...CERTIFICATION, more });
    const evaluations = Array.from({ length: 900 }, () => ({}));
    const statuses = new Set<number>();
    for (let turn = 0; turn < 4; turn++) {
      statuses.add((await ask(MANY, { ...FULL, evaluations })).status);
    }
    expect([...statuses]).toEqual([200, 503].slice(statuses.has(200) ? 0 : 1));
    expect(await ask(ONE, FULL)).toMatchObject({ status: 503, body: { code: "not_recorded" } });
  });
});

it("a decision that fails is a denial, and says no more", async () => {
  const { ask, rows } = await start({
    ...CERTIFICATION,
    rules: "p, alice, read, record-1, r.sub.properties.a.b == 'secret'\n",
  });
  const { status, body } = await ask(ONE, FULL);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { decision: false, context: { reason: "policy_error" } },
  });
  expect(JSON.stringify(body)).not.toContain("secret");
  expect(rows()).toMatchObject([
    { decision: "error", error_code: "policy_error", error_source: "weir" },
  ]);
});
