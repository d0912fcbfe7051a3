// Casbin as the engine, where a matcher gives effects by number: it folds them, and our closures decide the rest.
import { newEnforcer, newModel, type Model } from "casbin";
import { compileTest, type MatcherParts } from "./matcher/compile-matcher.ts";
import type { CheckedPolicy, PolicyEngine } from "./engine.ts";
import { choiceText } from "./matcher/casbin-text.ts";
import { matchingFunctions } from "./functions/matching-functions.ts";
import { EFFECTS } from "./model/model.ts";
import type { Rule } from "./rules/rule.ts";
import { inEvaluationOrder } from "./rules/rule-order.ts";
import type { RequestValue } from "./request/tuple.ts";

/** Without rules casbin would compare the request with empty ones, and allow the empty request (S9). */
const DENY_ALL: PolicyEngine = { evaluate: () => ({ allowed: false, rule: null }) };

export async function createCasbinEngine(policy: CheckedPolicy): Promise<PolicyEngine> {
  const { model, roles, usesRules } = policy;
  if (usesRules && policy.rules.length === 0) return DENY_ALL;
  const rulesByRow = new Map<readonly string[], Rule>();
  const fields = [...fieldNames("r", model.request), ...fieldNames("p", model.policy)];
  const passed = usesRules ? fields : fields.slice(0, model.request.length);
  const { text, conditions } = choiceText(model.matcher, passed.join(","));
  const enforcer = await newEnforcer(modelOf(policy, text), adapterOf(policy, rulesByRow));
  const functions = matchingFunctions();
  const parts: MatcherParts = { model, roles, functions };
  for (const [name, condition] of conditions) {
    const test = compileTest(condition, parts);
    const split = model.request.length;
    await enforcer.addFunction(name, (...values: RequestValue[]) =>
      test(values.slice(0, split), values.slice(split).map(String)),
    );
  }
  return {
    evaluate: (tuple) => {
      const [allowed, row] = enforcer.enforceExSync(...tuple);
      return { allowed, rule: rulesByRow.get(row) ?? null };
    },
  };
}

function fieldNames(of: "r" | "p", names: readonly string[]): readonly string[] {
  return names.map((name) => `${of}_${name}`);
}

/** Built by hand: casbin's own reader rewrites strings and takes unknown definitions silently. */
function modelOf({ model: { request, policy, effect } }: CheckedPolicy, matcher: string): Model {
  const model = newModel();
  model.addDef("r", "r", request.join(","));
  model.addDef("p", "p", policy.join(","));
  // Rules come sorted by subject; what is left of that effect is the first that matches.
  model.addDef("e", "e", effect === EFFECTS.subjectPriority ? EFFECTS.priority : effect);
  model.addDef("m", "m", "true");
  const written = model.model.get("m")?.get("m");
  if (written === undefined) throw new Error("casbin did not take the matcher");
  written.value = matcher;
  return model;
}

interface Adapter {
  readonly loadPolicy: (model: Model) => Promise<void>;
}

function adapterOf(policy: CheckedPolicy, rulesByRow: Map<readonly string[], Rule>): Adapter {
  const loadPolicy = async (model: Model): Promise<void> => {
    const rows = model.model.get("p")?.get("p")?.policy ?? [];
    for (const rule of inEvaluationOrder(policy)) {
      const row = [...rule.fields];
      rulesByRow.set(row, rule);
      rows.push(row);
    }
  };
  return { loadPolicy };
}
