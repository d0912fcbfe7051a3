// Why a request is allowed or denied: the rule and its roles, what it overrode, and the rules that nearly allowed it.
import type { Fields, MatcherParts } from "../matcher/compile-matcher.ts";
import type { CheckedPolicy } from "../engine.ts";
import { quickFunctions } from "../functions/quick-functions.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import { type Distance, distanceFrom, type FailedTerm } from "./misses.ts";
import { EFFECTS } from "../model/model.ts";
import { compileRolePaths, type FindRolePaths, type RolePath } from "../roles/role-path.ts";
import { inEvaluationOrder } from "../rules/rule-order.ts";
import type { Rule } from "../rules/rule.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { type RequestTuple, tupleFault } from "../request/tuple.ts";

/**
 * What decided: a rule; that no rule allows; that no rule denies; the matcher, where it asks no rules; or
 * nothing: deciding failed, or this is no request of this model, by its fields or its size.
 */
export type Reason =
  | "rule"
  | "no_rule_allows"
  | "no_rule_denies"
  | "matcher"
  | "error"
  | "not_a_request";

export interface NearMiss {
  readonly rule: Rule;
  /** The terms that fail for this rule, in the order of the matcher; those that always fail left out. */
  readonly failed: readonly FailedTerm[];
}

export interface Explanation {
  readonly request: RequestTuple;
  readonly revision: string;
  readonly decision: Decision;
  readonly reason: Reason;
  /** By which roles the deciding rule matches. */
  readonly rolePaths: readonly RolePath[];
  /** Of a denial by a rule: rules that would allow it, the first of them; in the order of evaluation. */
  readonly overridden: readonly Rule[];
  readonly overriddenCount: number;
  /** Terms that fail whatever a rule says. */
  readonly failedAlways: readonly FailedTerm[];
  /**
   * Of a denial: rules that would allow it if their failing terms held; fewest first, then in the order
   * of evaluation. None where another allowing rule would change nothing.
   */
  readonly nearestMisses: readonly NearMiss[];
}

export interface Explainer {
  readonly revision: string;
  /** Never throws; what can't be decided says so. Reads all rules. */
  readonly explain: (request: RequestTuple) => Explanation;
}

/** Rules shown of each kind. */
const MOST_SHOWN = 5;
const NO_FIELDS: Fields = [];

/** What explaining needs of a policy, made once. */
interface Prepared {
  readonly policy: CheckedPolicy;
  readonly parts: MatcherParts;
  /** Rules that allow, in the order of evaluation. */
  readonly allowing: readonly Rule[];
  readonly rolePathsOf: FindRolePaths | null;
}

export function createExplainer(policy: CheckedPolicy, snapshot: PolicySnapshot): Explainer {
  const { model, roles } = policy;
  const functions = quickFunctions(matchingFunctions());
  const parts: MatcherParts = { model, roles, functions };
  const eft = model.policy.indexOf("eft");
  const prepared: Prepared = {
    policy,
    parts,
    allowing: inEvaluationOrder(policy).filter(({ fields }) => eft < 0 || fields[eft] !== "deny"),
    rolePathsOf: compileRolePaths(model.matcher, parts),
  };
  const { revision } = snapshot;
  return {
    revision,
    explain: (request) => {
      const decision = snapshot.decide(request);
      return { ...explained(prepared, request, decision), request, revision, decision };
    },
  };
}

type Found = Omit<Explanation, "request" | "revision" | "decision">;
type Denial = Omit<Found, "reason" | "rolePaths">;

const NO_DENIAL: Denial = {
  overridden: [],
  overriddenCount: 0,
  failedAlways: [],
  nearestMisses: [],
};

function explained(prepared: Prepared, request: RequestTuple, decision: Decision): Found {
  const { policy, rolePathsOf } = prepared;
  if (tupleFault(request, policy.model.request.length) !== "") {
    return { reason: "not_a_request", rolePaths: [], ...NO_DENIAL };
  }
  const reason = reasonOf(policy, decision);
  if (reason === "error") return { reason, rolePaths: [], ...NO_DENIAL };
  const deciding = decidingRule(policy, decision);
  const isMatched = deciding !== null || (reason === "matcher" && decision.effect === "allow");
  const fields = deciding?.fields ?? NO_FIELDS;
  return {
    reason,
    rolePaths: isMatched && rolePathsOf !== null ? rolePathsOf(request, fields) : [],
    ...(decision.effect === "deny" ? denial(prepared, request, deciding) : NO_DENIAL),
  };
}

function denial(prepared: Prepared, request: RequestTuple, deciding: Rule | null): Denial {
  const { policy, parts, allowing } = prepared;
  const distance = distanceFrom(request, policy.model.matcher, parts);
  const overridden = deciding === null ? [] : matching(allowing, distance);
  return {
    overridden: overridden.slice(0, MOST_SHOWN),
    overriddenCount: overridden.length,
    ...missesAmong(wantedRules(prepared, deciding, overridden), distance),
  };
}

function reasonOf({ usesRules, model }: CheckedPolicy, decision: Decision): Reason {
  if (decision.effect === "error") return "error";
  if (decision.ruleSource !== "") return "rule";
  if (!usesRules) return "matcher";
  if (decision.effect === "deny") return "no_rule_allows";
  return model.effect === EFFECTS.denyOverride ? "no_rule_denies" : "rule";
}

function decidingRule({ rules }: CheckedPolicy, { ruleSource }: Decision): Rule | null {
  if (ruleSource === "") return null;
  return rules.find(({ source }) => source === ruleSource) ?? null;
}

function matching(rules: readonly Rule[], distance: Distance): readonly Rule[] {
  return rules.filter(({ fields }) => distance.of(fields, 0) === 0);
}

/** The rules that would have to match for an allow; only those before the deciding one where order decides. */
function wantedRules(
  { policy, allowing }: Prepared,
  deciding: Rule | null,
  overridden: readonly Rule[],
): readonly Rule[] {
  if (deciding === null) return allowing;
  switch (policy.model.effect) {
    case EFFECTS.priority: {
      const order = new Map(inEvaluationOrder(policy).map((rule, at) => [rule, at]));
      const placeOf = (rule: Rule): number => order.get(rule) ?? 0;
      return allowing.filter((rule) => placeOf(rule) < placeOf(deciding));
    }
    case EFFECTS.allowAndDeny:
    case EFFECTS.subjectPriority:
      return overridden.length === 0 ? allowing : [];
    case EFFECTS.allowOverride:
    case EFFECTS.denyOverride:
    default:
      return [];
  }
}

/** None of the rules matches, so that 1 is the least distance. */
function missesAmong(
  rules: readonly Rule[],
  distance: Distance,
): Pick<Denial, "failedAlways" | "nearestMisses"> {
  const nearest = nearestOf(rules, distance).map((rule) => {
    return { rule, failures: distance.failures(rule.fields) };
  });
  const [first] = nearest;
  const ofMatcher = first === undefined ? distance.failures(NO_FIELDS) : first.failures;
  return {
    failedAlways: ofMatcher.filter(({ always }) => always),
    nearestMisses: nearest.map(({ rule, failures }) => {
      return { rule, failed: failures.filter(({ always }) => !always) };
    }),
  };
}

function nearestOf(rules: readonly Rule[], distance: Distance): readonly Rule[] {
  const nearest: { readonly rule: Rule; readonly far: number }[] = [];
  let limit = Infinity;
  for (const rule of rules) {
    const far = distance.of(rule.fields, limit);
    if (far > limit) continue;
    nearest.push({ rule, far });
    nearest.sort((one, other) => one.far - other.far);
    if (nearest.length > MOST_SHOWN) nearest.pop();
    if (nearest.length === MOST_SHOWN) limit = (nearest.at(-1)?.far ?? 0) - 1;
    if (limit < 1) break;
  }
  return nearest.map(({ rule }) => rule);
}
