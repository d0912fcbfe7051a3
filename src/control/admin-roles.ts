// What each role may do on the admin side, decided by the same engine as traffic: built-in rules, or a file's.
import type { AdminOptions } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { CheckedPolicy } from "../policy/engine.ts";
import { lintPolicy } from "../policy/lint/lint.ts";
import { loadPolicy } from "../policy/load.ts";
import type { Rule } from "../policy/rules/rule.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { PolicyFault, PolicySource } from "../policy/source.ts";
import { readNamed, shownFile } from "./named-file.ts";

/** Decides tuples of role, path and method. */
export interface AdminRoles {
  readonly snapshot: PolicySnapshot;
  /** All roles that the rules know. */
  readonly names: readonly string[];
  /** Role, path and method each. */
  readonly rules: readonly Rule[];
}

export type AdminRolesCheck =
  | { readonly ok: true; readonly roles: AdminRoles }
  | { readonly ok: false; readonly faults: readonly Fault[] };

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
`.trimStart();

/** Paths as the API's description has them. To ask in SQL, by AuthZEN or for an explanation is to read. */
const BUILT_IN_RULES = `
p, viewer, /readyz, GET
p, viewer, /metrics, GET
p, viewer, /.well-known/*, GET
p, viewer, /api/v1/*, GET
p, viewer, /api/v1/sql, POST
p, viewer, /api/v1/alerts/look, POST
p, viewer, /api/v1/policy/explain, POST
p, viewer, /access/v1/*, POST
p, operator, /api/v1/policy/cases, POST
p, operator, /api/v1/silences, *
p, operator, /api/v1/holds, *
p, owner, *, *
g, operator, viewer
g, owner, operator
`.trimStart();

const MODEL_FILE = "admin-roles.conf";
const KEY = "admin.rules";

/** Never throws: a file that can't be read, or a role that no rule knows, is a fault like any other. */
export async function loadAdminRoles(
  admin: Pick<AdminOptions, "rules" | "tokens" | "certificates">,
): Promise<AdminRolesCheck> {
  const source = readSource(admin.rules);
  if ("message" in source) return { ok: false, faults: [blame(source)] };
  const load = await loadPolicy(source, { request: ["role", "path", "method"] });
  if (!load.ok) return { ok: false, faults: load.faults.map(blame) };
  const { snapshot, policy } = load;
  const names = namesOf(policy);
  const warnings = lintPolicy(source, policy).map(blame);
  const faults = [...warnings, ...unknownRoles(admin, { names, rulesFile: source.rulesFile })];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, roles: { snapshot, names, rules: policy.rules } };
}

/** An empty file would shut everybody out, which nobody means who is about to write it. */
function readSource(file: string): PolicySource | PolicyFault {
  const fixed = { modelText: MODEL, modelFile: MODEL_FILE };
  if (file === "") return { ...fixed, rulesText: BUILT_IN_RULES, rulesFile: "built-in" };
  const rulesFile = shownFile(file);
  const faulty = (message: string): PolicyFault => ({ file: rulesFile, line: 1, message });
  const read = readNamed(file);
  if ("problem" in read) return faulty(read.problem);
  const { text: rulesText } = read;
  return rulesText.trim() === "" ? faulty("is empty") : { ...fixed, rulesText, rulesFile };
}

function blame({ file, line, message }: PolicyFault): Fault {
  return { file, line: Math.max(1, line), keyPath: KEY, message };
}

/** Of whom rules or links speak. */
function namesOf({ rules, links }: CheckedPolicy): readonly string[] {
  const linked = [...links.values()].flat();
  return [
    ...new Set([
      ...rules.map(({ fields }) => fields[0] ?? ""),
      ...linked.flatMap((each) => each.fields),
    ]),
  ];
}

/** A misspelt role would be one that may do nothing. */
function unknownRoles(
  { tokens, certificates }: Pick<AdminOptions, "tokens" | "certificates">,
  { names, rulesFile }: { readonly names: readonly string[]; readonly rulesFile: string },
): readonly Fault[] {
  const given = [...new Set([...tokens, ...certificates].map(({ role }) => role))];
  return given
    .filter((role) => !names.includes(role))
    .map((role) => ({
      file: rulesFile,
      line: 1,
      keyPath: KEY,
      message: `no rule knows the role ${role} that admin gives to somebody; it knows ${names.join(", ")}`,
    }));
}
