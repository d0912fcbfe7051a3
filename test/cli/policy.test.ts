// `weir policy`: what it prints, and the exit codes scripts rely on.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { weirPolicy } from "./support/in-process.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "weir-policy-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

const MODEL = model({
  request: "who, act",
  policy: "who, act",
  roles: "",
  effect: EFFECTS.allowOverride,
  matcher: "r.who == p.who && r.act == p.act",
});

/** A folder with a config whose policy has a model of two fields; its other secrets are not set. */
function site(rules: string, request = "identity.subject, request.method"): string {
  file("two.conf", MODEL);
  file("two.csv", rules);
  file("cases.yaml", "cases:\n  - { name: n, request: [alice, GET], expect: allow }\n");
  return file(
    "weir.yaml",
    `identity: { keys: [ { key: "\${env:NOT_SET}" } ] }
policy: { model: two.conf, rules: two.csv, request: [ ${request} ] }
`,
  );
}

describe("weir policy -c FILE", () => {
  it("takes model, rules and cases from the config and its folder, and needs no more of it", async () => {
    const config = site("p, alice, GET\n");
    expect(await weirPolicy(["explain", "-c", config, "alice", "GET"])).toEqual({
      status: 0,
      err: "",
      out: expect.stringContaining(`allow: ${join(FOLDER, "two.csv")}:1: p, alice, GET\n`),
    });
    expect(await weirPolicy(["test", "-c", config])).toEqual({
      status: 0,
      err: "",
      out: "1 of 1 cases pass\n",
    });
    expect(await weirPolicy(["lint", "-c", config])).toMatchObject({
      out: "1 rules, 0 warnings\n100 % of 1 p rules indexed\n",
    });
    const requests = file("two.jsonl", '["alice","GET"]\n');
    expect(
      JSON.parse((await weirPolicy(["decide", "-c", config, "--requests", requests])).out),
    ).toMatchObject({ decision: "allow", line: 1 });
  });

  it("--model and --rules win", async () => {
    const config = site("p, alice, GET\n");
    const rules = file("other.csv", "p, bob, GET\n");
    const asked = ["-c", config, "--rules", rules, "bob", "GET"];
    expect((await weirPolicy(["explain", ...asked])).status).toBe(0);
  });

  it("names file, line and key of what is wrong, in the config and in the files", async () => {
    expect(await weirPolicy(["lint", "-c", site("p, alice\n")])).toMatchObject({
      status: 2,
      out: expect.stringMatching(/two\.csv:1: policy\.rules: a p rule has 2 fields/),
    });
    const config = site("p, alice, GET\n", "identity.subject");
    expect(await weirPolicy(["explain", "-c", config, "alice"])).toMatchObject({
      status: 2,
      out: expect.stringMatching(/two\.conf:2: policy\.model: r has 2 fields/),
    });
    const { status, out } = await weirPolicy(["test", "--json", "-c", site("", "identity.name")]);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      faults: [{ file: config, line: 2, key_path: "policy.request[0]" }],
    });
    expect(await weirPolicy(["lint", "-c", file("none.yaml", "data: x\n")])).toEqual({
      status: 2,
      err: "",
      out: `${join(FOLDER, "none.yaml")}:1: policy: is missing, so nothing is enforced; add policy: { model: FILE, rules: FILE }\n`,
    });
  });
});

describe("weir policy", () => {
  it("test: 0 when all cases pass, 1 with the place of each that fails", async () => {
    expect(await weirPolicy(["test"])).toEqual({
      status: 0,
      err: "",
      out: "84 of 84 cases pass\n",
    });
    const cases = file(
      "cases.yaml",
      "cases:\n  - { name: n, request: [alice, /, GET], expect: allow }\n",
    );
    expect(await weirPolicy(["test", "--cases", cases])).toEqual({
      status: 1,
      err: "",
      out: `${cases}:2: n: expected allow, got deny by no rule\n  request: ["alice","/","GET"]\n  nearest misses:\n    policies/policy.csv:6  p, *, /catalogue, GET\n      keyMatch2(r.obj, p.obj)  /  wants /catalogue\n0 of 1 cases pass\n`,
    });
  });

  it("lint: 1 with a warning, 2 for a policy that can't be loaded", async () => {
    const rules = file("dots.csv", "p, alice, /v1.0, GET\n");
    expect(await weirPolicy(["lint", "--rules", rules])).toMatchObject({
      status: 1,
      out: expect.stringContaining(`${rules}:1: the dot in "/v1.0"`),
    });
    const broken = file("broken.csv", "p, alice\n");
    const { status, out } = await weirPolicy(["lint", "--rules", broken, "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ file: broken, line: 1 }] });
  });

  it("decide: a JSON line for each request", async () => {
    const requests = file(
      "requests.jsonl",
      '["alice","/orders/1","GET"]\n["eve","/orders/1","GET"]\n',
    );
    const files = ["--model", "policies/model.conf", "--rules", "policies/policy.csv"];
    const { status, out } = await weirPolicy(["decide", ...files, "--requests", requests]);
    expect(status).toBe(0);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        decision: "allow",
        rule: "p, role:customer, /orders/:id, GET",
        line: 12,
        us: expect.any(Number),
      },
      { decision: "deny", rule: "", line: 0, us: expect.any(Number) },
    ]);
  });
});
