// Files of alerts: each fault has its line, and what is sound holds beside it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BUILT_IN_RULES } from "../../src/alerts/built-in.ts";
import { type LoadedAlerts, loadAlerts } from "../../src/alerts/load-alerts.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";

const NAMED = { panels: loadDashboards().panels, routes: ["orders"] };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-alerts-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function load(text: string, env: Record<string, string> = {}): LoadedAlerts {
  const file = join(folder, "alerts.yaml");
  writeFileSync(file, text);
  return loadAlerts(file, { ...NAMED, env });
}

const said = ({ faults }: LoadedAlerts): string[] =>
  faults.map(({ line, keyPath, message }) => `${line}: ${keyPath}: ${message}`);

const own = ({ rules }: LoadedAlerts): string[] =>
  rules.map(({ name }) => name).filter((name) => !name.startsWith("weir-"));

const GOOD = "  - { name: good, panel: routes, when: errors > 5, by: [ route ] }\n";

describe("a fault", () => {
  test.each([
    ["rules: 7\n", "1: rules: must be a list, each item"],
    ["rulez: []\n", '1: rulez: unknown key (did you mean "rules"?)'],
    [`rules:\n${GOOD}  - { name: bad, when: a > 1 }\n`, "3: rules[1].name: a rule asks by one of"],
    [`rules:\n${GOOD}  - { name: bad, panel: rootes, when: a > 1 }\n`, '(did you mean "routes"?)'],
    [
      `rules:\n${GOOD}  - { name: bad, panel: routes, when: error_rate > 1 }\n`,
      '3: rules[1].when: the answer has no column error_rate (did you mean "error_share"?)',
    ],
    [
      `rules:\n${GOOD}  - name: bad\n    panel: routes\n    when: [ errors > 1 ]\n    annotations: { summary: "{{rout}}" }\n`,
      '6: rules[1].annotations.summary: the answer has no column rout (did you mean "route"?)',
    ],
    [
      `rules:\n${GOOD}  - { name: bad, panel: routes, when: errors is large }\n`,
      "3: rules[1].when: must be COLUMN OPERATOR NUMBER",
    ],
    [
      `rules:\n${GOOD}  - { name: bad, sql: SELECT 1 AS a, when: a > 0 }\n`,
      "3: rules[1].sql: must look at a window",
    ],
    [
      `rules:\n${GOOD}  - name: bad\n    sql: SELECT route, count(*) AS n, n * 2 AS twice FROM requests WHERE started_at >= {{since}} GROUP BY route\n    when: n > 0\n    by: [ route, upstrem ]\n`,
      "6: rules[1].by[1]: the answer has no column upstrem; sql names none so",
    ],
    [
      `rules:\n${GOOD}  - { name: bad, panel: routes, when: errors > 1, for: 5 minutes }\n`,
      '3: rules[1].for: must be a time up to 7d, such as "2m"',
    ],
    [
      `rules:\n${GOOD}  - { name: bad, panel: routes, parameters: { rout: x }, when: errors > 1 }\n`,
      '3: rules[1].parameters.rout: is no parameter of what is asked (did you mean "route"?)',
    ],
    [
      `rules:\n${GOOD}  - { name: bad, panel: routes, when: errors > 1, notify: [ opps ] }\nnotify: [ { name: ops, kind: slack, url: "\${env:HOOK}" } ]\n`,
      '3: rules[1].notify[0]: names nobody under notify (did you mean "ops"?)',
    ],
    [`rules:\n${GOOD}${GOOD}`, "3: rules[1].name: is the same name as rules[0].name"],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: webhook, url: "http://a.example", secret: s3cret } ]\n`,
      "3: notify[0].secret: is a secret; give a reference",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: webhook, url: "http://a.example", secret: "\${env:NONE}" } ]\n`,
      "3: notify[0].secret: the environment variable NONE is not set",
    ],
    [`rules:\n${GOOD}slos: [ { route: order, objective: 99 } ]\n`, '(did you mean "orders"?)'],
    [`rules:\n${GOOD}slos: [ { route: orders, objective: 100 } ]\n`, "a number from 50 to 99.999"],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: smtp, url: "smtp://mail:25", from: a@b.c } ]\n`,
      "3: notify[0].to: is required: e-mail addresses",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: webhook, url: "smtp://mail:25" } ]\n`,
      "3: notify[0].url: must be an http(s) URL",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: slack } ]\n`,
      "3: notify[0].url: is required: an http(s) URL",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: webhook, url: "http://a.example", for: 5m } ]\n`,
      "3: notify[0].for: goes with kind: action only; remove it",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: action } ]\n`,
      "3: notify[0].action: is required: one of hold_endpoint, lower_weight, roll_back_policy",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: action, action: hold_endpoint, share: 0.5 } ]\n`,
      "3: notify[0].share: goes with action: lower_weight only; remove it",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: action, action: roll_back_policy, for: 5m } ]\n`,
      "3: notify[0].for: goes with action: hold_endpoint or lower_weight only; remove it",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: action, action: lower_weight, share: 0 } ]\n`,
      "3: notify[0].share: must be a number from 0.01 to 0.99",
    ],
    [
      `rules:\n${GOOD}notify: [ { name: ops, kind: action, action: hold_endpoint, secret: "\${env:HOOK}" } ]\n`,
      "3: notify[0].secret: goes with no action; remove it",
    ],
    [`rules:\n${GOOD}group: { wait: soon }\n`, "3: group.wait: must be a time up to 1h"],
  ])("of %j", (text, fault) => {
    const loaded = load(text, { HOOK: "https://a.example/secret" });
    expect(said(loaded).join("\n")).toContain(fault);
    expect(loaded.faults).toHaveLength(1);
    expect(own(loaded)).toEqual(text.includes("good") ? ["good"] : []);
    expect(JSON.stringify(loaded.faults)).not.toContain("s3cret");
  });

  test.each([
    ["of a file that is no YAML", "rules: [\n"],
    ["of one that is none at all", "\u0000"],
  ])("%s leaves what weir watches by itself", (_, text) => {
    const loaded = load(text);
    expect(loaded.faults).toHaveLength(1);
    expect(loaded.rules).toEqual(BUILT_IN_RULES);
  });
});

test("a folder's files are one: names are shared, and may be there once", () => {
  writeFileSync(join(folder, "a.yaml"), `rules:\n${GOOD}`);
  writeFileSync(
    join(folder, "b.yaml"),
    `notify: [ { name: ops, kind: webhook, url: "http://a.example" } ]\ngroup: { by: [ service ] }\n`,
  );
  writeFileSync(
    join(folder, "c.yml"),
    `rules:\n${GOOD}  - { name: other, status: spool, when: lag_ns > 1, notify: [ ops ] }\n`,
  );
  writeFileSync(join(folder, ".hidden.yaml"), "garbage");
  const loaded = loadAlerts(folder, { ...NAMED, env: {} });
  expect(own(loaded)).toEqual(["good", "other"]);
  expect(loaded.group).toEqual({ by: ["service"], waitMs: 30_000, repeatMs: 14_400_000 });
  expect(loaded.faults).toEqual([
    {
      file: join(folder, "c.yml"),
      line: 1,
      keyPath: "rules good",
      message: `is in ${join(folder, "a.yaml")} already`,
    },
  ]);
  expect(loaded.files).toContain(folder);
});

test("a rule takes the place of a built-in one of its name, and a reference outside notify stays text", () => {
  const loaded = load(
    'rules:\n  - { name: weir-store-lag, status: spool, when: lag_ns > 1, annotations: { summary: "${env:HOME} ${exec:id}" } }\n',
    { HOME: "/root" },
  );
  const mine = loaded.rules.filter(({ name }) => name === "weir-store-lag");
  expect(mine.map(({ annotations }) => annotations)).toEqual([
    { summary: "${env:HOME} ${exec:id}" },
  ]);
  expect(loaded.rules).toHaveLength(BUILT_IN_RULES.length);
});

test("what holds or not changes the revision, what is touched does not", () => {
  const [one, same, other] = [`rules:\n${GOOD}`, `rules:\n${GOOD}\n`, `rules:\n${GOOD}x: 1\n`].map(
    (text) => load(text).revision,
  );
  expect(one).toBe(same);
  expect(one).not.toBe(other);
});

test("the sample is sound", () => {
  const file = join(import.meta.dirname, "../../dashboards/alerts.yaml");
  const loaded = loadAlerts(file, { ...NAMED, env: {} });
  expect(said(loaded)).toEqual([]);
  expect(own(loaded)).toContain("route-errors");
});

test("what was sound before goes on where a file is broken by a slip, and ends where it is taken out", () => {
  const file = join(folder, "alerts.yaml");
  const slo = "slos: [ { route: orders, objective: 99.9, latency: 300ms } ]\n";
  const rules = (text: string, before?: LoadedAlerts): string[] => {
    writeFileSync(file, text);
    last = loadAlerts(file, { ...NAMED, env: {}, ...(before === undefined ? {} : { before }) });
    return own(last);
  };
  let last: LoadedAlerts | undefined;
  const both = ["slo-orders-fast", "slo-orders-steady", "slo-orders-slow", "good"];
  expect(rules(`rules:\n${GOOD}${slo}`)).toEqual(both);
  expect(rules(`rules:\n${GOOD.replace("routes", "rootes")}${slo}`, last)).toEqual(both);
  expect(last?.faults).toHaveLength(1);
  expect(rules("rules: [\n", last)).toEqual(both);
  rmSync(file);
  last = loadAlerts(file, { ...NAMED, env: {}, ...(last && { before: last }) });
  expect(own(last)).toEqual(both);
  expect(rules(slo, last)).toEqual(both.slice(0, 3));
});
