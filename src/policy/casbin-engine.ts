// Casbin as the engine: the only file that imports it. It gets checked data, never files or raw text.
import { newEnforcer, newModel, type Enforcer, type Model } from "casbin";
import type { CheckedPolicy, PolicyEngine } from "./engine.ts";
import { matcherText, roleFunction } from "./matcher-text.ts";
import { EFFECTS } from "./model.ts";
import type { RoleGraph } from "./roles.ts";
import type { Rule } from "./rule.ts";

/** Without rules casbin would compare the request with empty ones, and allow the empty request (S9). */
const DENY_ALL: PolicyEngine = { evaluate: () => ({ allowed: false, rule: null }) };

export async function createCasbinEngine(policy: CheckedPolicy): Promise<PolicyEngine> {
  if (policy.usesRules && policy.rules.length === 0) return DENY_ALL;
  const rulesByRow = new Map<readonly string[], Rule>();
  const enforcer = await newEnforcer(modelOf(policy), adapterOf(policy, rulesByRow));
  await addRoleFunctions(enforcer, policy.roles);
  return {
    evaluate: (tuple) => {
      const [allowed, row] = enforcer.enforceExSync(...tuple);
      return { allowed, rule: rulesByRow.get(row) ?? null };
    },
  };
}

/** Built by hand: casbin's own reader rewrites strings and takes unknown definitions silently. */
function modelOf({ model: { request, policy, effect, matcher, roles } }: CheckedPolicy): Model {
  const model = newModel();
  model.addDef("r", "r", request.join(","));
  model.addDef("p", "p", policy.join(","));
  model.addDef("e", "e", effect);
  model.addDef("m", "m", "true");
  const written = model.model.get("m")?.get("m");
  if (written === undefined) throw new Error("casbin did not take the matcher");
  written.value = matcherText(matcher, new Set(roles.map((role) => role.name)));
  for (const role of ordersRules(effect) ? roles : []) {
    model.addDef("g", role.name, Array.from({ length: role.arity }, () => "_").join(","));
  }
  return model;
}

/** Casbin itself needs the role links for one thing only: sorting rules by subject. */
function ordersRules(effect: string): boolean {
  return effect === EFFECTS.subjectPriority;
}

interface Adapter {
  readonly loadPolicy: (model: Model) => Promise<void>;
}

/** Through an adapter, because loading is where casbin sorts by priority. */
function adapterOf(policy: CheckedPolicy, rulesByRow: Map<readonly string[], Rule>): Adapter {
  const loadPolicy = async (model: Model): Promise<void> => {
    const rows = model.model.get("p")?.get("p")?.policy ?? [];
    for (const rule of policy.rules) {
      const row = [...rule.fields];
      rulesByRow.set(row, rule);
      rows.push(row);
    }
    for (const [name, links] of policy.links) {
      const target = model.model.get("g")?.get(name)?.policy ?? [];
      for (const link of links) target.push([...link.fields]);
    }
  };
  return { loadPolicy };
}

/** Our closures instead of casbin's role manager: no exponential search, no memo with an ambiguous key. */
async function addRoleFunctions(
  enforcer: Enforcer,
  roles: ReadonlyMap<string, RoleGraph>,
): Promise<void> {
  for (const [name, graph] of roles) {
    await enforcer.addFunction(
      roleFunction(name),
      (holder: string, role: string, domain?: string) => graph.holds(holder, role, domain ?? ""),
    );
  }
}
