// A rule that can't be evaluated: its request is refused with a code of its own, and row and log name the rule.
import { afterAll, expect, test } from "vitest";
import {
  configOf,
  createSite,
  cleanUp,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startUpstream } from "./support/upstream.ts";

/** Fails for each rule of the caller once an address is asked for and it is none. */
const MODEL = `[request_definition]
r = sub, obj, ip
[policy_definition]
p = sub, obj, ip
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && keyMatch(r.obj, p.obj) && (p.ip == "any" || ipMatch(r.ip, p.ip))
`;
const OPEN = "p, anonymous, /open/*, any\n";
const RULES = `${OPEN}p, anonymous, /inside/*, 10.0.0.0/8\n`;
const PATHS = ["/open/1", "/inside/1", "/inside/2", "/none"];
const RULE = { rule: "p, anonymous, /inside/*, 10.0.0.0/8", rule_source: "rules.csv:2" };

const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

async function start(rules: string, shadow: string): Promise<WeirProcess> {
  const request = "[ identity.subject, request.path, request.header.x-address ]";
  const policy = `{ model: model.conf, rules: rules.csv, request: ${request}, shadow: { model: model.conf, rules: next.csv } }`;
  const config = configOf({ upstreams: [upstream.url], more: `policy: ${policy}\n` });
  const files = { "model.conf": MODEL, "rules.csv": rules, "next.csv": shadow };
  return startWeir(createSite(config, files));
}

async function ask({ proxy }: WeirProcess, address: string): Promise<readonly unknown[]> {
  const headers = { "x-address": address };
  const answers = PATHS.map(async (path) => {
    const response = await fetch(proxy + path, { headers });
    const text = await response.text();
    return response.ok ? 200 : [response.status, (JSON.parse(text) as { code: string }).code];
  });
  return Promise.all(answers);
}

function failuresIn(weir: WeirProcess): readonly Record<string, unknown>[] {
  const lines = weir.errors().split("\n");
  const events = lines.filter((line) => line.includes('"event":"policy_error"'));
  return events.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("of the enforced policy: 503, and all else is decided", async () => {
  const weir = await start(RULES, OPEN);
  const denied = [403, "forbidden"];
  const failed = [503, "policy_error"];
  expect(await ask(weir, "10.1.2.3")).toEqual([200, 200, 200, denied]);
  expect(await ask(weir, "nonsense")).toEqual([200, failed, failed, denied]);
  await weir.drained();
  const rows = await weir.sql(
    `SELECT path, decision, rule, rule_source, status, error_code, error_source, upstream, shadow_decision
     FROM requests WHERE decision = 'error' ORDER BY path`,
  );
  const row = { ...RULE, rule_source: expect.stringMatching(/rules\.csv:2$/) as unknown };
  const own = { decision: "error", status: 503, error_code: "policy_error", error_source: "weir" };
  expect(rows).toEqual(
    ["/inside/1", "/inside/2"].map((path) => ({
      path,
      ...own,
      ...row,
      upstream: "",
      shadow_decision: "deny",
    })),
  );
  expect(failuresIn(weir)).toMatchObject([{ policy: "enforced", ...row }]);
  expect(weir.errors()).not.toContain("nonsense");
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("of the candidate: nobody is refused for it", async () => {
  const all = "p, anonymous, /inside/*, any\n";
  const weir = await start(OPEN + all, RULES);
  const denied = [403, "forbidden"];
  expect(await ask(weir, "nonsense")).toEqual([200, 200, 200, denied]);
  await weir.drained();
  const rows = await weir.sql(
    `SELECT path, decision, status, error_code, shadow_decision, shadow_rule, shadow_rule_source
     FROM requests WHERE shadow_decision = 'error' ORDER BY path`,
  );
  const source = expect.stringMatching(/next\.csv:2$/) as unknown;
  const failure = { shadow_decision: "error", shadow_rule: RULE.rule, shadow_rule_source: source };
  expect(rows).toEqual(
    ["/inside/1", "/inside/2"].map((path) => ({
      path,
      decision: "allow",
      status: 200,
      error_code: "",
      ...failure,
    })),
  );
  const told = { policy: "candidate", rule: RULE.rule, rule_source: source };
  expect(failuresIn(weir)).toMatchObject([told]);
  expect(await weir.metrics()).toMatch(/shadow_changes_total\{.*change="error"\} 2\n/);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
