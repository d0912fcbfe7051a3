// Casbin as the engine: the only file that imports it. It gets checked data, never files or raw text.
import { newEnforcer, newModel, type Enforcer, type Model } from "casbin";
import { compiledFunctions } from "./compiled-functions.ts";
import type { CheckedPolicy, PolicyEngine } from "./engine.ts";
import { matcherText, ourFunction } from "./matcher-text.ts";
import { EFFECTS } from "./model.ts";
import type { Rule } from "./rule.ts";

/** Without rules casbin would compare the request with empty ones, and allow the empty request (S9). */
const DENY_ALL: PolicyEngine = { evaluate: () => ({ allowed: false, rule: null }) };

export async function createCasbinEngine(policy: CheckedPolicy): Promise<PolicyEngine> {
  if (policy.usesRules && policy.rules.length === 0) return DENY_ALL;
  const rulesByRow = new Map<readonly string[], Rule>();
  const ours = [...policy.roles.keys(), ...compiledFunctions().keys()];
  const matcher = matcherText(policy.model.matcher, new Set(ours));
  const enforcer = await newEnforcer(modelOf(policy, matcher), adapterOf(policy, rulesByRow));
  await addFunctions(enforcer, policy);
  dropUnused(enforcer, matcher);
  return {
    evaluate: (tuple) => {
      const [allowed, row] = enforcer.enforceExSync(...tuple);
      return { allowed, rule: rulesByRow.get(row) ?? null };
    },
  };
}

/** Built by hand: casbin's own reader rewrites strings and takes unknown definitions silently. */
function modelOf(
  { model: { request, policy, effect, roles } }: CheckedPolicy,
  matcher: string,
): Model {
  const model = newModel();
  model.addDef("r", "r", request.join(","));
  model.addDef("p", "p", policy.join(","));
  model.addDef("e", "e", effect);
  model.addDef("m", "m", "true");
  const written = model.model.get("m")?.get("m");
  if (written === undefined) throw new Error("casbin did not take the matcher");
  written.value = matcher;
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

/**
 * Our closures instead of casbin's role manager: no exponential search, no memo with an ambiguous key;
 * and its path functions with every pattern compiled once.
 */
async function addFunctions(enforcer: Enforcer, { roles }: CheckedPolicy): Promise<void> {
  for (const [name, graph] of roles) {
    const holds = (holder: string, role: string, domain?: string): boolean =>
      graph.holds(holder, role, domain ?? "");
    await enforcer.addFunction(ourFunction(name), holds);
  }
  for (const [name, match] of compiledFunctions()) {
    await enforcer.addFunction(ourFunction(name), match);
  }
}

interface WithFunctions {
  readonly fm: { readonly getFunctions: () => Map<string, unknown> };
}

/** Casbin copies all functions for every rule of every decision: half its time, if all are there. */
function dropUnused(enforcer: Enforcer, matcher: string): void {
  const functions = (enforcer as unknown as WithFunctions).fm.getFunctions();
  for (const name of functions.keys()) {
    if (!new RegExp(`\\b${name}\\(`).test(matcher)) functions.delete(name);
  }
}
