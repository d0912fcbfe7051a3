// `weir policy diff`, `who` and `can`: what they print of the sample policy, and their exit codes.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { weirPolicy } from "../support/in-process.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "weir-classes-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const SAMPLE = readFileSync("policies/policy.csv", "utf8");

function folder(
  name: string,
  rules: string,
  model = readFileSync("policies/model.conf", "utf8"),
): string {
  const dir = join(FOLDER, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "model.conf"), model);
  writeFileSync(join(dir, "policy.csv"), rules);
  return dir;
}

describe("weir policy diff", () => {
  it("lists what changes, gains first, and ends with 1", async () => {
    const young = folder(
      "young",
      SAMPLE.replace("p, role:customer, /payments, POST", "p, role:customer, /payments, PUT"),
    );
    const to = join(young, "policy.csv");
    const { status, out } = await weirPolicy(["diff", "policies", young]);
    expect(status).toBe(1);
    expect(out).toBe(`GAINS: denied by the old policy, allowed by the new one
deny by no rule -> allow by ${to}:13: p, role:customer, /payments, PUT
  alice, bob, role:support, role:customer  /payments  PUT  e.g. alice /payments PUT

LOSSES: allowed by the old policy, denied by the new one
allow by policies/policy.csv:13: p, role:customer, /payments, POST -> deny by no rule
  alice, bob, role:support, role:customer  /payments  POST  e.g. alice /payments POST

Decisions change in 2 of ${/2 of (\d+) classes/.exec(out)?.[1]} classes of requests.
`);
    const { out: json } = await weirPolicy([
      "diff",
      "policies",
      young,
      "--json",
      "--subject",
      "alice",
    ]);
    expect(JSON.parse(json)).toMatchObject({
      ok: false,
      classes: [
        {
          change: "gain",
          request: { sub: { names: ["alice"] }, obj: { text: "/payments" } },
          example: ["alice", "/payments", "PUT"],
          old: { decision: "deny", rule: "", rule_source: "" },
          new: { decision: "allow", rule_source: `${to}:13` },
        },
        { change: "loss", example: ["alice", "/payments", "POST"] },
      ],
      not_covered: [],
    });
  });

  it("ends with 0 where nothing changes, and with 2 where it can't compare", async () => {
    const same = await weirPolicy(["diff", "policies", folder("same", `# other\n${SAMPLE}`)]);
    expect(same).toMatchObject({ status: 0, out: expect.stringMatching(/^No decision changes/) });
    expect((await weirPolicy(["diff", "policies", join(FOLDER, "none")])).status).toBe(2);
    const other = folder(
      "other",
      SAMPLE,
      readFileSync("policies/model.conf", "utf8").replace("r = sub, obj, act", "r = sub, act, obj"),
    );
    expect(await weirPolicy(["diff", "policies", other])).toMatchObject({
      status: 2,
      out: expect.stringContaining("r is sub, act, obj here and sub, obj, act in the old model"),
    });
    expect(await weirPolicy(["diff", "policies", "policies", "--field", "who=x"])).toMatchObject({
      status: 2,
      out: expect.stringContaining('r has no field "who"; it has sub, obj, act'),
    });
  });

  it("takes single files, and names rules that it can't enumerate", async () => {
    const globs = readFileSync("policies/model.conf", "utf8").replace("keyMatch2", "globMatch");
    const dir = folder("globs", "p, alice, /a*, GET\n", globs);
    const rules = join(FOLDER, "globs.csv");
    writeFileSync(rules, "p, alice, /a*, GET\np, bob, /b*, GET\n");
    const { status, out } = await weirPolicy(["diff", dir, dir, "--new-rules", rules]);
    expect(status).toBe(2);
    expect(out).toMatch(/not covered: 1 rules/);
    expect(out).toContain(`new ${rules}:2: p, bob, /b*, GET (`);
    const ofAlice = await weirPolicy([
      "diff",
      dir,
      dir,
      "--new-rules",
      rules,
      "--subject",
      "alice",
    ]);
    expect(ofAlice).toMatchObject({ status: 0, out: expect.not.stringContaining("not covered") });
    expect((await weirPolicy(["diff", dir, dir])).status).toBe(0);
    const { out: json } = await weirPolicy(["diff", dir, dir, "--new-rules", rules, "--json"]);
    expect(JSON.parse(json)).toMatchObject({ ok: false, classes: [], not_covered: [{}] });
  });

  it("compares with the policy that a config names, by its context and the use of its fields", async () => {
    const model = `[request_definition]
r = x
r2 = a, b
[policy_definition]
p = x
p2 = a, b
[policy_effect]
e = some(where (p.eft == allow))
e2 = some(where (p2.eft == allow))
[matchers]
m = r.x == p.x
m2 = r2.a == p2.a && r2.b == p2.b
`;
    const old = folder("enforced", "p, x\np2, GET, alice\n", model);
    const young = folder("draft", "p, y\np2, GET, alice\np2, GET, bob\n", model);
    const config = join(old, "weir.yaml");
    writeFileSync(
      config,
      'policy: { model: model.conf, rules: policy.csv, request: [ request.method, identity.subject ], context: "2" }\n',
    );
    const { status, out } = await weirPolicy(["diff", "-c", config, young]);
    expect(status).toBe(1);
    expect(out).toContain("\n  GET  bob  e.g. GET bob\n");
    expect(out).toContain("Decisions change in 1 of ");
    expect((await weirPolicy(["diff", "-c", config, young, "--subject", "alice"])).status).toBe(0);
    expect((await weirPolicy(["diff", old, young, "--context", "2"])).out).toBe(out);
    expect((await weirPolicy(["diff", old, young])).out).toContain(" y  e.g. y");
    expect((await weirPolicy(["diff", "-c", config, old, young])).status).toBe(2);
    expect((await weirPolicy(["diff", old])).status).toBe(2);
  });
});

describe("weir policy who", () => {
  it("names everybody by rule, with their roles; 1 if nobody may", async () => {
    expect(await weirPolicy(["who", "--path", "/orders/1", "--method", "DELETE"])).toEqual({
      status: 0,
      err: "",
      out: `policies/policy.csv:21: p, role:admin, /*, *
  carol > role:admin
  role:admin
policies/policy.csv:25: p, role:service, /orders/*, *
  shop > role:service
  role:service
anybody else (of 11 names asked): deny
anonymous: deny
`,
    });
    const nobody = folder("nobody", "p, alice, /a, GET\n");
    expect((await weirPolicy(["who", nobody, "--path", "/b", "--method", "GET"])).status).toBe(1);
    const { out } = await weirPolicy([
      "who",
      "--json",
      "--path",
      "/catalogue",
      "--field",
      "act=GET",
    ]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      anonymous: { decision: "allow", rule_source: "policies/policy.csv:6" },
    });
  });

  it("ends with 2 where nobody is found, and a rule may speak of somebody", async () => {
    const free = readFileSync("policies/model.conf", "utf8").replace(
      "g(r.sub, p.sub)",
      "regexMatch(r.sub, p.sub)",
    );
    const dir = folder("free", "p, ^(a|b)+$, /a, GET\n", free);
    const { status, out } = await weirPolicy(["who", dir, "--path", "/a", "--method", "GET"]);
    expect([status, out]).toEqual([
      2,
      expect.stringContaining("not covered, so there may be more:\n"),
    ]);
    const elsewhere = await weirPolicy(["who", dir, "--path", "/b", "--method", "GET", "--json"]);
    expect([elsewhere.status, JSON.parse(elsewhere.out)]).toMatchObject([1, { not_covered: [] }]);
  });

  it("asks for what is missing", async () => {
    expect(await weirPolicy(["who", "--path", "/orders/1"])).toEqual({
      status: 2,
      err: "",
      out: "policies/model.conf:4: what is act? Give --field act=VALUE\n",
    });
  });

  it("takes the fields' use from a config", async () => {
    const model = `[request_definition]
r = verb_of, name_of
[policy_definition]
p = verb_of, name_of
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.verb_of == p.verb_of && r.name_of == p.name_of
`;
    const dir = folder("mapped", "p, GET, alice\n", model);
    const config = join(dir, "weir.yaml");
    writeFileSync(
      config,
      "policy: { model: model.conf, rules: policy.csv, request: [ request.method, identity.subject ] }\n",
    );
    expect((await weirPolicy(["who", "-c", config, "--method", "GET"])).out).toContain(
      "\n  alice\n",
    );
    expect(await weirPolicy(["who", dir, "--field", "verb_of=GET"])).toMatchObject({
      status: 2,
      out: expect.stringContaining("which field of r is the subject?"),
    });
    const named = ["--field", "verb_of=GET", "--subject-field", "name_of"];
    expect((await weirPolicy(["who", dir, ...named])).out).toContain("\n  alice\n");
  });
});

describe("weir policy can", () => {
  it("lists the widest paths with rule and roles, and what is denied", async () => {
    expect(await weirPolicy(["can", "bob"])).toEqual({
      status: 0,
      err: "",
      out: `may
  /*         GET   policies/policy.csv:17: p, role:support, /*, GET  as bob > role:support
  /payments  POST  policies/policy.csv:13: p, role:customer, /payments, POST  as bob > role:support > role:customer
may not
  /orders  POST  policies/policy.csv:18: p, role:support, /orders, POST, deny  as bob > role:support
`,
    });
    expect((await weirPolicy(["can", "bob", "--all"])).out).toMatch(/\/orders\/:id +GET/);
  });

  it("does not say that somebody may do nothing where it can't list what a rule allows", async () => {
    const globs = readFileSync("policies/model.conf", "utf8").replace("keyMatch2", "globMatch");
    const dir = folder("listless", "p, alice, /a*, GET\n", globs);
    expect(await weirPolicy(["can", "alice", dir])).toEqual({
      status: 2,
      err: "",
      out: `nothing found that alice may do
not covered, so there may be more:
  ${join(dir, "policy.csv")}:1: p, alice, /a*, GET (globMatch(r.obj, p.obj) can't be enumerated)
`,
    });
  });

  it("says of a stranger what anybody may, and ends with 1 where that is nothing", async () => {
    const { status, out } = await weirPolicy(["can", "eve"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^The policy does not name eve; this is what anybody may do:\nmay\n/);
    expect(out).toContain("/catalogue/*  GET");
    const { status: nothing, out: json } = await weirPolicy(["can", "dave", "--json"]);
    expect(nothing).toBe(1);
    expect(JSON.parse(json)).toMatchObject({ ok: false, subject: "dave", named: true, may: [] });
  });
});
