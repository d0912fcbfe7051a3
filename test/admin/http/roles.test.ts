// What a token's role may ask of each endpoint, and which of it becomes an audit row.
import { describe, expect, test } from "vitest";
import { loadAdminRoles } from "../../../src/control/admin-roles.ts";
import type { AuditEntry } from "../../../src/telemetry/audit-log.ts";
import { post, startTestAdmin } from "../support/admin-kit.ts";

const TOKENS = [
  { token: "viewer-token-0123456789", name: "vera", role: "viewer" },
  { token: "operator-token-0123456789", name: "otto", role: "operator" },
  { token: "owner-token-0123456789", name: "olga", role: "owner" },
] as const;
/** As if from beyond loopback. */
const REMOTE = { "x-forwarded-for": "203.0.113.7", "content-type": "application/json" };

function headersOf(role: string): Record<string, string> {
  const token = TOKENS.find((each) => each.role === role)?.token;
  return token === undefined ? REMOTE : { ...REMOTE, authorization: `Bearer ${token}` };
}

describe("the policy of roles", () => {
  test.each<[asked: string, effect: string]>([
    ["viewer /metrics GET", "allow"],
    ["viewer /api/v1/requests GET", "allow"],
    ["viewer /api/v1/traces/{id} GET", "allow"],
    ["viewer /api/v1/sql POST", "allow"],
    ["viewer /access/v1/evaluation POST", "allow"],
    ["viewer /api/v1/policy/cases POST", "deny"],
    ["viewer /api/v1/reload POST", "deny"],
    ["viewer /api/v1/requests DELETE", "deny"],
    ["operator /api/v1/requests GET", "allow"],
    ["operator /api/v1/policy/cases POST", "allow"],
    ["operator /api/v1/reload POST", "deny"],
    ["owner /api/v1/reload POST", "allow"],
    ["owner /api/v1/anything DELETE", "allow"],
    [" /api/v1/requests GET", "deny"],
    ["* /api/v1/requests GET", "deny"],
    ["OWNER /api/v1/requests GET", "deny"],
  ])("%s: %s", async (asked, effect) => {
    const load = await loadAdminRoles({ rules: "", tokens: TOKENS, certificates: [] });
    expect(load.ok && load.roles.snapshot.decide(asked.split(" ")).effect).toBe(effect);
  });
});

describe("over HTTP", () => {
  test.each<[asked: string, status: number]>([
    ["nobody GET /api/v1/status", 401],
    ["nobody GET /healthz", 200],
    ["viewer GET /api/v1/status", 200],
    ["viewer HEAD /api/v1/status", 200],
    ["viewer GET /metrics", 200],
    ["viewer POST /api/v1/reload", 403],
    ["viewer POST /api/v1/policy/cases", 403],
    ["operator POST /api/v1/policy/cases", 400],
    ["operator POST /api/v1/reload", 403],
    ["owner POST /api/v1/reload", 200],
    ["viewer POST /api/v1//reload", 404],
    ["viewer POST /api/v1/RELOAD", 404],
    ["viewer POST /api/v1/reload/", 403],
    ["viewer POST /api/v1/%72eload", 404],
    ["viewer POST /api/v1/status/../reload", 403],
  ])("%s is %i", async (asked, status) => {
    const [role = "", method = "", path = ""] = asked.split(" ");
    const { url } = await startTestAdmin({ tokens: TOKENS });
    const response = await fetch(`${url}${path}`, { method, headers: headersOf(role) });
    expect(response.status).toBe(status);
  });

  test("another token, a part of one and a role's name are nobody's", async () => {
    const { url } = await startTestAdmin({ tokens: TOKENS });
    for (const token of [
      "x",
      "owner",
      "olga",
      "owner-token-012345678",
      "owner-token-01234567890",
    ]) {
      const headers = { ...REMOTE, authorization: `Bearer ${token}` };
      expect((await fetch(`${url}/api/v1/status`, { headers })).status).toBe(401);
    }
  });
});

describe("audit rows", () => {
  test("say who asked for which change and how it ended, and never the token", async () => {
    const entries: AuditEntry[] = [];
    const audit = {
      writable: () => true,
      write: (entry: AuditEntry) => entries.push(entry) > 0,
    };
    const { url } = await startTestAdmin({ tokens: TOKENS, audit });
    for (const role of ["nobody", "viewer", "owner"]) {
      await fetch(`${url}/api/v1/reload`, { method: "POST", headers: headersOf(role) });
    }
    await post(`${url}/api/v1/reload`, {});
    await post(`${url}/api/v1/policy/cases`, { nonsense: 1 });
    await post(`${url}/api/v1/policy/cases`, { trace_id: "a".repeat(32), dry_run: true });
    await fetch(`${url}/api/v1/reload`);
    await fetch(`${url}/api/v1/status`, { headers: headersOf("viewer") });
    expect(
      entries.map(({ action, caller, decision, status, errorCode }) =>
        [action, caller.name, caller.role, decision, status, errorCode].join(),
      ),
    ).toEqual([
      "reload,,,none,401,unauthenticated",
      "reload,vera,viewer,deny,403,forbidden",
      "reload,olga,owner,allow,200,",
      "reload,,owner,allow,200,",
      "save_case,,owner,allow,400,bad_body",
    ]);
    expect(entries[2]).toMatchObject({ path: "/api/v1/reload", rule: "p, owner, *, *" });
    expect(JSON.stringify(entries)).not.toContain("token-0123456789");
  });

  test("where one must be kept and can't be, nothing is changed", async () => {
    let reloads = 0;
    const audit = { writable: () => false, write: () => true };
    const reload = () => {
      reloads++;
      return Promise.reject(new Error("not reached"));
    };
    const { url } = await startTestAdmin({ audit, reload });
    expect((await post(`${url}/api/v1/reload`, {})).status).toBe(503);
    expect((await fetch(`${url}/api/v1/status`)).status).toBe(200);
    expect(reloads).toBe(0);
  });
});
