// Canned answers about the policy: what is in force, explanations, cases, rules by use and what a candidate changes.

type Rows = Record<string, unknown>[];

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLERK = { rule: "p, clerk, /orders/*, *, allow", rule_source: "policies/policy.csv:6" };
const ADMIN = { rule: "p, admin, /admin/*, *, allow", rule_source: "policies/policy.csv:11" };
const LOCKED = { rule: "p, clerk, /admin/*, *, deny", rule_source: "policies/policy.csv:14" };
const NO_RULE = { rule: "", rule_source: "" };

export const SHADOW = {
  revision: "p-91c0de",
  rules: 21,
  model_file: "/etc/weir/policies/model.conf",
  rules_file: "/etc/weir/policies/next.csv",
  fault: null,
};

const AUTHZEN = {
  enforced: false,
  revision: "p-0a51ce",
  rules: 6,
  model_file: "/etc/weir/documents/model.conf",
  rules_file: "/etc/weir/documents/policy.csv",
  entities_file: null,
  request: ["subject", "action.name", "resource.id"],
};

export function policy(nowMs: number): Record<string, unknown> {
  const loaded_at = new Date(nowMs - 1_500_000).toISOString();
  return {
    enforced: true,
    revision: "p-7f3a91",
    rules: 18,
    model_file: "/etc/weir/policies/model.conf",
    rules_file: "/etc/weir/policies/policy.csv",
    request: ["identity.subject", "request.path", "request.method"],
    loaded_at,
    fault: null,
    shadow: { ...SHADOW, loaded_at },
    rollback: null,
    authzen: AUTHZEN,
  };
}

export const NOT_ENFORCED = {
  enforced: false,
  revision: "",
  rules: 0,
  model_file: null,
  rules_file: null,
  request: [],
  loaded_at: null,
  fault: null,
  shadow: null,
  rollback: null,
  authzen: null,
};

const NOTHING = {
  role_path: [],
  role_paths: [],
  overridden: [],
  overridden_count: 0,
  failed_always: [],
  nearest_misses: [],
};

const MISSES = [
  {
    ...CLERK,
    failed: [
      {
        term: "keyMatch2(r.obj, p.obj)",
        request: "/admin/users",
        rule: "/orders/*",
      },
    ],
  },
  {
    ...ADMIN,
    failed: [
      {
        term: "g(r.sub, p.sub)",
        request: "bob",
        rule: "admin",
        roles_held: ["clerk", "staff"],
        roles_held_count: 2,
      },
    ],
  },
];

/** Alice may; nobody else. A recorded request was decided otherwise, but the canned trace. */
export function explanation(body: Record<string, unknown>, nowMs: number): unknown {
  if (Array.isArray(body["request"])) return explained(body["request"]);
  const isCanned = body["trace_id"] === TRACE;
  return {
    ...explained([isCanned ? "alice" : "bob", "/admin/users", "GET"]),
    differs: !isCanned,
    recorded: {
      trace_id: body["trace_id"],
      span_id: body["span_id"],
      started_at: new Date(nowMs).toISOString(),
      decision: isCanned ? "allow" : "deny",
      ...(isCanned ? CLERK : LOCKED),
      revision: "p-7f3a91",
      role_path: [],
    },
  };
}

function explained(request: readonly unknown[]): Record<string, unknown> {
  const base = { ...NOTHING, request, revision: "p-7f3a91" };
  if (request[0] !== "alice")
    return {
      ...base,
      decision: "deny",
      reason: "no_rule_allows",
      ...NO_RULE,
      nearest_misses: MISSES,
    };
  const path = ["alice", "clerk"];
  return {
    ...base,
    decision: "allow",
    reason: "rule",
    ...CLERK,
    role_path: path,
    role_paths: [{ definition: "g", path }],
  };
}

export function savedCase(body: Record<string, unknown>): unknown {
  const name = "GET /admin/users by bob";
  const expect = body["expect"] === "allow" ? "allow" : "deny";
  return {
    file: "policies/cases.yaml",
    line: 57,
    name,
    yaml: `- name: ${name}\n  request: [bob, /admin/users, GET]\n  expect: ${expect}\n  rule: p, clerk, /admin/*, *, deny\n`,
    saved: body["dry_run"] !== true,
  };
}

export const UNUSED = {
  revision: "p-7f3a91",
  rules: 18,
  unused_count: 2,
  unused: [
    { rule: "p, auditor, /reports/*, GET, allow", rule_source: "policies/policy.csv:9" },
    { rule: "p, service, /payments/*, *, allow", rule_source: "policies/policy.csv:12" },
  ],
};

export function ruleRows(nowMs: number): Rows {
  const row = (
    rule: typeof CLERK,
    ...[decision, requests, callers]: [string, number, number]
  ): Record<string, unknown> => ({
    ...rule,
    kind: "request",
    decision,
    requests,
    callers,
    last_at: new Date(nowMs - 3000).toISOString(),
    trace_id: TRACE,
  });
  return [
    row(CLERK, "allow", 192_400, 4),
    row(ADMIN, "allow", 26_788, 1),
    row(LOCKED, "deny", 2052, 3),
    row(NO_RULE, "deny", 610, 1),
  ];
}

export function shadowRows(nowMs: number): Rows {
  const row = (change: string, principal: string, of: Record<string, unknown>): typeof of => ({
    change,
    kind: "request",
    shadow_revision: SHADOW.revision,
    principal,
    principal_kind: principal === "" ? "anonymous" : "key",
    clients: 2,
    paths: 1,
    last_at: new Date(nowMs - 9000).toISOString(),
    trace_id: TRACE,
    ...shadowRule(change),
    ...of,
  });
  return [
    row("gain", "bob", {
      method: "DELETE",
      path: "/admin/users/12",
      route: "admin",
      requests: 41,
      paths: 7,
    }),
    row("gain", "", { method: "GET", path: "/reports/2026", route: "reports", requests: 3 }),
    row("loss", "nightly-report", {
      method: "POST",
      path: "/payments/charge",
      route: "payments",
      requests: 610,
    }),
  ];
}

function shadowRule(change: string): Record<string, unknown> {
  const next = { shadow_rule: "p, clerk, /*, *, allow", shadow_rule_source: "policies/next.csv:4" };
  if (change === "gain") return { ...LOCKED, ...next };
  return { ...CLERK, shadow_rule: "", shadow_rule_source: "" };
}
