// Which rules the index finds, which are looked at for every request, and which casbin decides; and why.
import {
  compileTest,
  type Fields,
  type MatcherParts,
  type Test,
} from "../matcher/compile-matcher.ts";
import { type Conjunction, disjunctsOf, readsOf } from "../matcher/disjuncts.ts";
import type { CheckedPolicy } from "../engine.ts";
import { expressionText } from "../matcher/expression-text.ts";
import { type AccessPath, accessPathOf, type Pair } from "../image/access-path.ts";
import { shapeOf } from "../image/path-shape.ts";
import { givesNumbers } from "../matcher/expression-kinds.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import type { PolicyModel } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";

/** How a rule is found for a request: by look-ups, among all that are scanned, or by casbin's own scan. */
export type Tier = "indexed" | "scanned" | "casbin";

/** Rules that are in a tier for the same reason. */
export interface TierGroup {
  readonly tier: Tier;
  /** "by r.act == p.act, ..." or what keeps the rules from being looked up. */
  readonly reason: string;
  readonly rules: number;
  /** "file:line" of the first of them. */
  readonly examples: readonly string[];
}

/** Patterns beyond that many share a group. */
const MAX_GROUPS = 50;
const MAX_EXAMPLES = 5;
const OTHERS = "other patterns that are regular expressions of their own";

/** The largest first. Every p rule of the context is in one of them. */
export function tiersOf(policy: CheckedPolicy): readonly TierGroup[] {
  const judge = judgeOf(policy);
  const groups = new Map<string, { verdict: Placement; rules: number; examples: string[] }>();
  for (const rule of policy.rules) {
    const verdict = judge(rule);
    const isOwn = verdict.tier !== "scanned" || groups.size < MAX_GROUPS;
    const placed = isOwn || groups.has(verdict.reason) ? verdict : { ...verdict, reason: OTHERS };
    const group = groups.get(placed.reason) ?? { verdict: placed, rules: 0, examples: [] };
    group.rules += 1;
    if (group.examples.length < MAX_EXAMPLES) group.examples.push(rule.source);
    groups.set(placed.reason, group);
  }
  return [...groups.values()]
    .map(({ verdict, rules, examples }) => ({ ...verdict, rules, examples }))
    .sort((one, other) => other.rules - one.rules);
}

type Placement = Pick<TierGroup, "tier" | "reason">;

function judgeOf({ model, roles }: CheckedPolicy): (rule: Rule) => Placement {
  if (givesNumbers(model.matcher)) {
    const reason = "the matcher gives effects by number, which casbin folds";
    return () => ({ tier: "casbin", reason });
  }
  const terms = disjunctsOf(model.matcher);
  if (terms === null) {
    return () => ({ tier: "scanned", reason: "the matcher has too many alternatives to index" });
  }
  const parts: MatcherParts = { model, roles, functions: matchingFunctions() };
  const alternatives = terms.flatMap((each) => alternativeOf(each, model, parts) ?? []);
  return (rule) => {
    const placements = alternatives.flatMap((each) => each(rule) ?? []);
    const scanned = placements.find(({ tier }) => tier === "scanned");
    return scanned ?? placements[0] ?? { tier: "indexed", reason: "by the request alone" };
  };
}

/** null for a rule that this alternative can't be about. */
type Alternative = (rule: Rule) => Placement | null;

/** null where no rule has a say in it. */
function alternativeOf(
  terms: Conjunction,
  model: PolicyModel,
  parts: MatcherParts,
): Alternative | null {
  if (!terms.some((term) => readsOf(term).p)) return null;
  const access = accessPathOf(terms, model);
  const isAbout = access.ofRule.map((term) => unlessItThrows(compileTest(term, parts)));
  const values = valueTexts(access, model);
  const unfound = terms.map((term) => expressionText(term, model.names)).join(" && ");
  return ({ fields }) => {
    if (!isAbout.every((test) => test([], fields))) return null;
    return placementOf(fields, { access, values, unfound, model });
  };
}

interface Lookups {
  readonly access: AccessPath;
  /** The terms but the path's that are looked up. */
  readonly values: readonly string[];
  /** All terms. */
  readonly unfound: string;
  readonly model: PolicyModel;
}

function placementOf(fields: Fields, { access, values, unfound, model }: Lookups): Placement {
  const { path } = access;
  const pattern = path === null ? "" : (fields[path.column] ?? "");
  if (path !== null && shapeOf(path.functionName, pattern) !== null) {
    const found = [...values, callText(path.functionName, path, model)];
    return { tier: "indexed", reason: `by ${found.join(", ")}` };
  }
  if (values.length > 0) return { tier: "indexed", reason: `by ${values.join(", ")}` };
  if (path === null) {
    return { tier: "scanned", reason: `no term of ${unfound} can be looked up` };
  }
  const reason = `${path.functionName} pattern ${pattern} is a regular expression`;
  return { tier: "scanned", reason };
}

function valueTexts({ equal, role }: AccessPath, model: PolicyModel): readonly string[] {
  const pairs = equal.map((pair) => fieldTexts(pair, model).join(" == "));
  return role === null ? pairs : [...pairs, callText(role.name, role, model)];
}

function callText(name: string, pair: Pair, model: PolicyModel): string {
  return `${name}(${fieldTexts(pair, model).join(", ")})`;
}

function fieldTexts({ asked, column }: Pair, model: PolicyModel): readonly string[] {
  const { names, request, policy } = model;
  return [`${names.r}.${request[asked]}`, `${names.p}.${policy[column]}`];
}

function unlessItThrows(test: Test): Test {
  return (request, rule) => {
    try {
      return test(request, rule);
    } catch {
      return true;
    }
  };
}
