// What AuthZEN asked and what was changed stand in the same table as traffic, and no figure of traffic counts it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Row } from "../../src/store/answer.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { runPanel } from "../../src/store/panels/run-panel.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "./support.ts";

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const ASKED = { kind: "decision", route: "authzen", status: 200, principal: "bob" } as const;
const CHANGED = {
  kind: "audit",
  route: "audit",
  attributes: { "audit.action": "reload", "audit.role": "some" },
} as const;
let system: TestStore;

beforeAll(async () => {
  system = await startTestStore();
  const rows = [
    { method: "GET", route: "a", service: "a", status: 200, decision: "allow", rule: "p, a" },
    // A route of the config may well bear that name.
    { method: "GET", route: "authzen", service: "a", status: 200, decision: "allow", rule: "p, a" },
    { ...ASKED, decision: "deny", duration_ns: 9e9, shadow_decision: "allow" },
    { ...ASKED, decision: "allow", rule: "p, a", shadow_decision: "allow" },
    { ...ASKED, decision: "error", error_code: "policy_error", error_source: "weir" },
    { ...ASKED, decision: "none", error_code: "malformed_request", error_source: "client" },
    { ...CHANGED, status: 200, decision: "allow", rule: "p, owner, *, *", principal: "olga" },
    { ...CHANGED, status: 500, decision: "deny", principal: "vera", duration_ns: 9e9 },
  ];
  const lines = rows.map((row, at) => {
    const shadow_revision = "shadow_decision" in row ? "next" : "";
    const when = timestamp(nowMs - 30_000 + at);
    return line({ started_at: when, span_id: `${at}`, shadow_revision, ...row });
  });
  await system.store.write(batch("rows", lines));
});

afterAll(() => system.end());

async function panel(name: string, filters: Record<string, string> = {}): Promise<readonly Row[]> {
  const asked = loadDashboards().panels.get(name);
  if (asked === undefined) throw new Error(name);
  const window = { sinceMs: nowMs - 600_000, untilMs: nowMs + 60_000 };
  return (await runPanel(system.store, asked, { ...window, filters })).rows;
}

test.each(["summary", "overview", "routes", "callers"])("%s counts traffic alone", async (name) => {
  const rows = await panel(name);
  const sum = (of: string): number => rows.reduce((all, row) => all + Number(row[of]), 0);
  expect([sum("requests"), sum("errors"), sum("denied")]).toEqual([2, 0, 0]);
});

test("the slowest are requests, and what fails are requests", async () => {
  expect(await panel("slowest")).toMatchObject([{ method: "GET" }, { method: "GET" }]);
  expect(await panel("errors")).toEqual([]);
});

test("denials are of traffic, or of what was asked if that is wished", async () => {
  expect(await panel("denials")).toEqual([]);
  expect(await panel("denials", { kind: "decision" })).toMatchObject([{ principal: "bob" }]);
});

test("changes have a panel of their own, and their denials can be asked for", async () => {
  const changes = await panel("audit");
  expect(changes.map(({ principal, action, status }) => [principal, action, status])).toEqual([
    ["vera", "reload", "500"],
    ["olga", "reload", "200"],
  ]);
  expect(await panel("audit", { principal: "olga" })).toHaveLength(1);
  expect(await panel("denials", { kind: "audit" })).toMatchObject([{ principal: "vera" }]);
});

test("the uses of a rule and a candidate's changes tell the one from the other", async () => {
  const rules = await panel("rules");
  expect(rules.map(({ kind, decision, requests }) => [kind, decision, requests])).toEqual(
    expect.arrayContaining([
      ["request", "allow", 2],
      ["decision", "allow", 1],
      ["decision", "deny", 1],
      ["decision", "error", 1],
    ]),
  );
  expect(await panel("rules", { kind: "request" })).toHaveLength(1);
  const gain = { kind: "decision", change: "gain", shadow_revision: "next", requests: 1 };
  expect(await panel("shadow")).toMatchObject([gain]);
  expect(await panel("shadow", { kind: "request" })).toEqual([]);
});
