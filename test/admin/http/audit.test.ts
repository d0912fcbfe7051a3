// Every change leaves a row: no endpoint may be added that changes something and says nothing.
import { expect, onTestFinished, test, vi } from "vitest";
import { createEndpoints } from "../../../src/admin/endpoints.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { createRefusals } from "../../../src/admin/http/refusals.ts";
import { RequestCounts } from "../../../src/admin/metrics/request-counts.ts";
import { createTail } from "../../../src/admin/tail/tail.ts";
import type { AuditEntry } from "../../../src/telemetry/audit-log.ts";
import { adminParts, post, RELOADED, startTestAdmin } from "../support/admin-kit.ts";

/** Questions that need a body. */
const READS = new Set([
  "post /api/v1/sql",
  "post /api/v1/alerts/look",
  "post /api/v1/policy/explain",
  "post /access/v1/evaluation",
  "post /access/v1/evaluations",
  "post /access/v1/search/subject",
  "post /access/v1/search/resource",
  "post /access/v1/search/action",
]);

test("whatever is not a question has an action for its row", () => {
  const parts = adminParts();
  const counts = new RequestCounts();
  const live = { counts, tail: createTail(parts.rows), refusals: createRefusals() };
  const endpoints = createEndpoints(parts, live);
  const changes = endpoints.filter(
    ({ method, path }) => method !== "get" && !READS.has(`${method} ${path}`),
  );
  expect(changes.length).toBeGreaterThan(3);
  expect(changes.filter(({ audit }) => audit === undefined)).toEqual([]);
  const asked = endpoints.map(({ method, path }) => `${method} ${path}`);
  expect([...READS].filter((each) => !asked.includes(each))).toEqual([]);
});

test("a viewer may ask each question, and change nothing", () => {
  const parts = adminParts();
  const live = {
    counts: new RequestCounts(),
    tail: createTail(parts.rows),
    refusals: createRefusals(),
  };
  const { snapshot } = parts.running().roles;
  for (const { method, path, open } of createEndpoints(parts, live)) {
    if (open === true) continue;
    const isRead = method === "get" || READS.has(`${method} ${path}`);
    const { effect } = snapshot.decide(["viewer", path, method.toUpperCase()]);
    expect([path, effect]).toEqual([path, isRead ? "allow" : "deny"]);
  }
});

function noting() {
  const entries: AuditEntry[] = [];
  const write = (entry: AuditEntry): boolean => entries.push(entry) > 0;
  return { entries, audit: { writable: () => true, write } };
}

test("the row of a reload says what came into force, and which config it was before", async () => {
  const { entries, audit } = noting();
  const reloaded = { ...RELOADED, before: "aaa", after: "bbb", changed: ["config", "users"] };
  let ok = true;
  const reload = () => Promise.resolve({ ...reloaded, ok, fault: ok ? null : "weir.yaml:1: no" });
  const { url } = await startTestAdmin({ reload, audit });
  await post(`${url}/api/v1/reload`, {});
  ok = false;
  await post(`${url}/api/v1/reload`, {});
  const details = ["audit.cause", "api", "audit.before", "aaa", "audit.after", "bbb"];
  expect(entries).toMatchObject([
    { status: 200, details: [...details, "audit.changed", "config,users"] },
    { status: 422, errorCode: "reload_refused" },
  ]);
});

test("the rows of a revocation name the token", async () => {
  const { entries, audit } = noting();
  const { url } = await startTestAdmin({ audit });
  const path = `${url}/api/v1/revocations`;
  await post(path, { issuer: "https://id.test", jti: "j-1" });
  expect(entries).toMatchObject([
    {
      action: "revoke_token",
      errorCode: "bad_body",
      details: ["audit.issuer", "https://id.test", "audit.jti", "j-1"],
    },
  ]);
});

const TOKEN = "an-owner-token-0123456789";

function asking(url: string, token: string, from = "203.0.113.7"): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "x-forwarded-for": from };
  return fetch(`${url}/api/v1/reload`, { method: "POST", headers });
}

test("who guesses is stopped before the right guess, and the flood is counted, not recorded", async () => {
  const { entries, audit } = noting();
  const { url } = await startTestAdmin({ token: TOKEN, audit });
  const statuses: number[] = [];
  // Time stands still: none comes back meanwhile.
  const nowNs = systemClock.nowNs();
  const still = vi.spyOn(systemClock, "nowNs").mockReturnValue(nowNs);
  onTestFinished(() => still.mockRestore());
  for (let at = 0; at < 160; at++) statuses.push((await asking(url, `guess-${at}`)).status);
  expect(new Set(statuses.slice(0, 120))).toEqual(new Set([401]));
  const stopped = statuses.filter((status) => status === 429).length;
  expect(stopped).toBeGreaterThan(20);
  const late = await asking(url, TOKEN);
  expect(late.status).toBe(429);
  expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(entries.length).toBeLessThanOrEqual(110);
  // On loopback nobody needs to guess.
  await post(`${url}/api/v1/reload`, {});
  expect(entries.at(-1)?.details.slice(-2)).toEqual(["audit.unsaid_refusals", expect.any(String)]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain(`weir_admin_refused_total{code="unauthenticated"} ${160 - stopped}`);
  expect(metrics).toContain(`weir_admin_refused_total{code="too_many_failures"} ${stopped + 1}`);
  expect(JSON.stringify(entries)).not.toContain("guess-");
});

test("the right token is never counted as a failure", async () => {
  const { url } = await startTestAdmin({ token: TOKEN });
  for (let at = 0; at < 150; at++) {
    expect((await asking(url, TOKEN)).status).toBe(200);
  }
});

test("rows of refusals come back with time, and say how many were left out", () => {
  const refusals = createRefusals();
  const may = (nowMs: number): boolean => refusals.mayRecord("unauthenticated", nowMs);
  const first = Array.from({ length: 300 }, () => may(0));
  expect(first.filter(Boolean)).toHaveLength(100);
  expect(refusals.takeUnsaid()).toBe(200);
  expect(refusals.takeUnsaid()).toBe(0);
  expect(may(599)).toBe(false);
  expect(may(1_200)).toBe(true);
  expect(refusals.mayRecord("too_many_failures", 60_000)).toBe(false);
});
