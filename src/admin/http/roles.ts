// What each role may do, decided by the same engine as traffic.
import { loadPolicy } from "../../policy/load.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { faultText } from "../../policy/source.ts";

const MODEL = `
[request_definition]
r = role, path, method

[policy_definition]
p = role, path, method

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g(r.role, p.role) && keyMatch(r.path, p.path) && (p.method == "*" || r.method == p.method)
`;

/** Paths as the API's description has them. To ask in SQL or by AuthZEN is to read. */
const RULES = `
p, viewer, /metrics, GET
p, viewer, /api/v1/*, GET
p, viewer, /api/v1/sql, POST
p, viewer, /access/v1/*, POST
p, operator, /api/v1/policy/cases, POST
p, owner, *, *
g, operator, viewer
g, owner, operator
`;

const SOURCE = {
  modelText: MODEL.trimStart(),
  modelFile: "admin-roles.conf",
  rulesText: RULES.trimStart(),
  rulesFile: "admin-roles.csv",
};

/** Decides tuples of role, path and method. */
export async function loadRoles(): Promise<PolicySnapshot> {
  const load = await loadPolicy(SOURCE, { request: ["role", "path", "method"] });
  if (load.ok) return load.snapshot;
  throw new Error(load.faults.map(faultText).join("\n"));
}
