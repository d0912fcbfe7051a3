// Small policies for the tests of this folder.
import { roleLinksOf } from "../../src/policy/image/role-links.ts";
import { tableOf } from "../../src/policy/image/rule-table.ts";
import { Strings } from "../../src/policy/image/strings.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";
import { RoleWalker } from "../../src/policy/roles/role-walker.ts";
import { scanRules } from "../../src/policy/rules/rules-text.ts";
import type { PolicySnapshot } from "../../src/policy/snapshot.ts";
import type { PolicyFault, PolicySource } from "../../src/policy/source.ts";

interface ModelParts {
  readonly request?: string;
  readonly policy?: string;
  /** "": none. */
  readonly roles?: string;
  readonly effect?: string;
  readonly matcher?: string;
}

/** The matcher is on line 10; without roles on line 8. */
export function model(parts: ModelParts): string {
  const { roles = "g = _, _" } = parts;
  return `[request_definition]
r = ${parts.request ?? "sub, obj, act"}
[policy_definition]
p = ${parts.policy ?? "sub, obj, act, eft"}
${roles === "" ? "" : `[role_definition]\n${roles}\n`}[policy_effect]
e = ${parts.effect ?? EFFECTS.allowAndDeny}
[matchers]
m = ${parts.matcher ?? 'g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")'}
`;
}

export const MODEL: string = model({});

export const RULES = `# who, path, method
p, role:customer, /orders, GET
p, role:customer, /orders/:id, GET
g, alice, role:customer
g, dave, role:customer
p, role:suspended, /*, *, deny
g, dave, role:suspended
`;

export function sourceOf(modelText: string, rulesText: string): PolicySource {
  return { modelText, modelFile: "model.conf", rulesText, rulesFile: "policy.csv" };
}

export async function loaded(modelText: string, rulesText: string): Promise<PolicySnapshot> {
  const load = await loadPolicy(sourceOf(modelText, rulesText), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults, null, 1));
  return load.snapshot;
}

export async function faultsOf(
  modelText: string,
  rulesText: string,
): Promise<readonly PolicyFault[]> {
  const load = await loadPolicy(sourceOf(modelText, rulesText), { request: null });
  return load.ok ? [] : load.faults;
}

/** The graph of links [name, role] or [name, role, domain]. */
export function graphOf(links: readonly (readonly string[])[]): RoleWalker {
  const text = links.map((link) => `g, "${link.join('", "')}"`).join("\n");
  const rules = scanRules(text, 1, (line, message) => {
    throw new Error(`${line}: ${message}`);
  });
  const order = Int32Array.from(links, (_, at) => at);
  const width = links[0]?.length ?? 2;
  const table = tableOf({ rules, order, width, omitted: 0, firsts: order });
  const strings = new Strings(rules.strings.table());
  return new RoleWalker(roleLinksOf(table, strings.count), strings);
}
