// `weir policy explain`: what it prints of a request, given or recorded, and its exit codes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestRow } from "../../../src/telemetry/columns.ts";
import { temporaryFolder } from "../../admin/support/admin-kit.ts";
import { type AdminFixture, startAdminFixture } from "../support/admin-fixture.ts";
import { weirPolicy } from "../support/in-process.ts";
import { TRACE_ID, traceRow } from "../support/traces.ts";

describe("a request that is given", () => {
  it("allowed: rule, roles and revision", async () => {
    const { status, out } = await weirPolicy(["explain", "carol", "/orders", "POST"]);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^allow: policies\/policy\.csv:21: p, role:admin, \/\*, \*\n {2}request +carol, \/orders, POST\n {2}roles +carol > role:admin\n {2}revision +[0-9a-f]{12}\n$/,
    );
  });

  it("denied by a rule: what it overrides", async () => {
    const { status, out } = await weirPolicy(["explain", "bob", "/orders", "POST"]);
    expect(status).toBe(1);
    expect(out).toMatch(/^deny: policies\/policy\.csv:18: p, role:support, \/orders, POST, deny\n/);
    expect(out).toContain("roles     bob > role:support\n");
    expect(out).toContain(
      "overrides:\n  policies/policy.csv:11  p, role:customer, /orders, POST\n",
    );
  });

  it("denied by none: the nearest misses, aligned", async () => {
    const { status, out } = await weirPolicy(["explain", "alice", "/orders", "DELETE"]);
    expect(status).toBe(1);
    expect(out.split("\n").filter((line) => !line.includes("revision"))).toEqual([
      "deny: no rule decides: none allows it",
      "  request   alice, /orders, DELETE",
      "nearest misses:",
      "  policies/policy.csv:10  p, role:customer, /orders, GET",
      "    r.act == p.act           DELETE   wants GET",
      "  policies/policy.csv:11  p, role:customer, /orders, POST",
      "    r.act == p.act           DELETE   wants POST",
      "  policies/policy.csv:21  p, role:admin, /*, *",
      "    g(r.sub, p.sub)          alice    wants role:admin  (holds role:customer)",
      "  policies/policy.csv:24  p, role:service, /orders, *",
      "    g(r.sub, p.sub)          alice    wants role:service  (holds role:customer)",
      "  policies/policy.csv:6   p, *, /catalogue, GET",
      "    keyMatch2(r.obj, p.obj)  /orders  wants /catalogue",
      "    r.act == p.act           DELETE   wants GET",
      "",
    ]);
  });

  it("as JSON", async () => {
    const { status, out } = await weirPolicy(["explain", "--json", "eve", "/orders", "GET"]);
    expect(status).toBe(1);
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(answer).toMatchObject({
      decision: "deny",
      reason: "no_rule_allows",
      rule: "",
      rule_source: "",
      role_path: [],
      overridden: [],
    });
    expect(answer["nearest_misses"]).toContainEqual({
      rule: "p, role:customer, /orders, GET",
      rule_source: "policies/policy.csv:10",
      failed: [
        {
          term: "g(r.sub, p.sub)",
          request: "eve",
          rule: "role:customer",
          roles_held: [],
          roles_held_count: 0,
        },
      ],
    });
  });

  it("2 where it can't be asked: fields missing, none at all, both, no JSON", async () => {
    expect(await weirPolicy(["explain", "carol"])).toMatchObject({
      status: 2,
      out: expect.stringMatching(/^error: a request has 3 fields, not 1\n/),
    });
    expect((await weirPolicy(["explain"])).status).toBe(2);
    expect((await weirPolicy(["explain", "--trace", TRACE_ID, "a"])).status).toBe(2);
    expect(await weirPolicy(["explain", "{x", "/", "GET"])).toMatchObject({
      status: 2,
      out: expect.stringContaining("not JSON"),
    });
  });

  it("nothing in a request or a rule commands the terminal", async () => {
    expect((await weirPolicy(["explain", "a\u001B[2J", "/x", "GET"])).out).not.toContain("\u001B");
  });
});

describe("a recorded request", () => {
  let admin: AdminFixture;
  let rows: RequestRow[] = [];
  const NOW = {
    request: ["bob", "/", "GET"],
    decision: "deny",
    rule: "",
    reason: "no_rule_allows",
  };
  const LISTS = {
    role_path: [],
    role_paths: [],
    overridden: [],
    failed_always: [],
    nearest_misses: [],
  };

  beforeAll(async () => {
    admin = await startAdminFixture({
      [`GET /api/v1/traces/${TRACE_ID}`]: (response) => {
        response.end(JSON.stringify({ trace_id: TRACE_ID, requests: rows, spans: [] }));
      },
      "POST /api/v1/policy/explain": {
        body: { ...NOW, ...LISTS, rule_source: "", revision: "now", overridden_count: 0 },
      },
    });
  });
  afterAll(() => admin.close());

  const BOB = traceRow({
    trace_id: TRACE_ID,
    policy_request: ["bob", "/orders", "POST"],
    decision: "deny",
    rule: "p, role:support, /orders, POST, deny",
    rule_source: "old.csv:3",
    policy_revision: "0123456789ab",
  });
  const ask = (...args: string[]): ReturnType<typeof weirPolicy> =>
    weirPolicy(["explain", "--trace", TRACE_ID, "--admin", admin.url, ...args]);
  const FILES = ["--model", "policies/model.conf", "--rules", "policies/policy.csv"];

  it("decided again by the files that are named: the same", async () => {
    rows = [BOB];
    const { status, out } = await ask(...FILES);
    expect(status).toBe(1);
    expect(out).toContain("recorded deny: old.csv:3: p, role:support, /orders, POST, deny\n");
    expect(out).toContain("revision 0123456789ab");
    expect(out).toContain("now it is decided the same:\ndeny: policies/policy.csv:18");
    expect(JSON.parse((await ask("--json", ...FILES)).out)).toMatchObject({
      decision: "deny",
      differs: false,
      recorded: { revision: "0123456789ab", rule_source: "old.csv:3", decision: "deny" },
    });
  });

  it("decided otherwise: exit code and words are of today's decision", async () => {
    const rules = join(temporaryFolder(), "p.csv");
    writeFileSync(rules, "p, bob, /orders, POST\n");
    rows = [BOB];
    const { status, out } = await ask("--model", "policies/model.conf", "--rules", rules);
    expect(status).toBe(0);
    expect(out).toContain("now it is decided otherwise:\nallow: ");
  });

  it("by the running policy where no file is named", async () => {
    rows = [BOB];
    const { status, out } = await ask("--json");
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ revision: "now", differs: true });
    expect(admin.asked.at(-1)?.body).toBe('{"request":["bob","/orders","POST"]}');
  });

  it("of several: the one that was refused, or the one that --span names", async () => {
    const other = { ...BOB, span_id: "1111111111111111", decision: "allow", rule: "p, x" };
    rows = [other, BOB];
    expect(JSON.parse((await ask("--json")).out)).toMatchObject({
      recorded: { span_id: BOB.span_id },
    });
    const named = await ask("--json", "--span", other.span_id);
    expect(JSON.parse(named.out)).toMatchObject({ recorded: { span_id: other.span_id } });
    const none = await ask("--span", "2222222222222222");
    expect(none).toMatchObject({ status: 1, err: expect.stringContaining("no such request") });
  });

  it.each([
    [{ policy_replay: "redacted" }, "a secret"],
    [{ policy_replay: "cut" }, "too long"],
    [{ policy_request: [] }, "not recorded"],
    [{ decision: "none" }, "no policy"],
    [{ policy_replay: "json" }, "can't read"],
  ])("2 where it can't be decided again: %j", async (change, words) => {
    rows = [{ ...BOB, ...change }];
    const { status, out } = await ask("--json", ...FILES);
    expect(status).toBe(2);
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(answer).toMatchObject({ recorded: { trace_id: TRACE_ID } });
    expect(answer["error"]).toContain(words);
  });

  it("and says so to people", async () => {
    rows = [{ ...BOB, policy_replay: "redacted" }];
    expect((await ask()).out).toMatch(/^recorded deny: .*\n.*\n.*\ncan't be decided again: /);
  });
});
