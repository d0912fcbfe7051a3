// The policy as look-ups and closures: casbin's answers without reading every rule for each.
import { compileTest, type Fields, type MatcherParts, type Test } from "./compile-matcher.ts";
import { disjunctsOf } from "./disjuncts.ts";
import { type CheckedPolicy, type PolicyEngine, RuleError, type Verdict } from "./engine.ts";
import { givesNumbers } from "./matcher-check.ts";
import { matchingFunctions } from "./matching-functions.ts";
import { EFFECTS, type EffectText, type Expression } from "./model.ts";
import { type Candidates, indexFor, type Positions } from "./rule-index.ts";
import { inEvaluationOrder } from "./rule-order.ts";
import type { Rule } from "./rule.ts";
import { isPlain, type RequestTuple } from "./tuple.ts";

const NO_FIELDS: Fields = [];
const DENIED: Verdict = { allowed: false, rule: null };
const ALLOWED: Verdict = { allowed: true, rule: null };

/** A matcher that gives effects by number is casbin's to fold. */
export function isCompilable({ model }: CheckedPolicy): boolean {
  return !givesNumbers(model.matcher);
}

/**
 * Candidates come from an index that may give too many and never too few; each is checked by the whole
 * matcher, in rule order, and effects are folded as casbin's stream folds them.
 */
export async function createCompiledEngine(policy: CheckedPolicy): Promise<PolicyEngine> {
  const { model, roles, usesRules } = policy;
  const functions = matchingFunctions();
  const parts: MatcherParts = { model, roles, functions };
  const test = compileTest(model.matcher, parts);
  if (!usesRules) return { evaluate: (request) => withoutRules(test(request, NO_FIELDS), model) };
  const ordered = inEvaluationOrder(policy);
  const rows = ordered.map((rule) => rule.fields);
  const compile = (term: Expression): Test => unlessItThrows(compileTest(term, parts));
  const alternatives = disjunctsOf(model.matcher)?.map((terms) =>
    indexFor(terms, { model, roles, compile, rules: rows }),
  );
  const all: Positions = rows.map((_, at) => at);
  const candidates = alternatives === undefined ? () => all : joined(alternatives);
  const fold = folds(model.effect, model.policy.indexOf("eft"));
  return {
    evaluate: (request) =>
      fold({ ordered, test, request, candidates: isPlain(request) ? candidates(request) : all }),
  };
}

/** What a term fails on is left to the whole matcher, which may never come to it. */
function unlessItThrows(test: Test): Test {
  return (request, rule) => {
    try {
      return test(request, rule);
    } catch {
      return true;
    }
  };
}

/** Casbin asks a matcher without p once; what it says counts as one rule that allows. */
function withoutRules(holds: boolean, { effect }: CheckedPolicy["model"]): Verdict {
  return holds || effect === EFFECTS.denyOverride ? ALLOWED : DENIED;
}

/** What all alternatives find, in rule order, each once. */
function joined(alternatives: readonly Candidates[]): (request: Fields) => Positions {
  const found: Positions[] = [];
  const note = (positions: Positions): void => void found.push(positions);
  return (request) => {
    found.length = 0;
    for (const alternative of alternatives) alternative(request, note);
    const [only = []] = found;
    if (found.length < 2) return only;
    return [...new Set(found.flat())].sort((one, other) => one - other);
  };
}

/** One request against the rules in the order of evaluation. */
interface Asked {
  readonly ordered: readonly Rule[];
  readonly test: Test;
  readonly request: RequestTuple;
  readonly candidates: Positions;
}

type Fold = (asked: Asked) => Verdict;

function folds(effect: EffectText, column: number): Fold {
  const denies = ({ fields }: Rule): boolean => column >= 0 && fields[column] === "deny";
  switch (effect) {
    case EFFECTS.allowOverride:
      return (asked) => first(asked, (rule) => !denies(rule)) ?? DENIED;
    case EFFECTS.denyOverride:
      return (asked) => first(asked, denies, false) ?? ALLOWED;
    case EFFECTS.allowAndDeny:
      return (asked) => first(asked, denies, false) ?? last(asked) ?? DENIED;
    case EFFECTS.priority:
    case EFFECTS.subjectPriority:
    default:
      return (asked) => {
        const found = first(asked, () => true);
        if (found === null || found.rule === null) return DENIED;
        return { allowed: !denies(found.rule), rule: found.rule };
      };
  }
}

/** The first rule of some kind that matches; the rest is not looked at. */
function first(
  { ordered, test, request, candidates }: Asked,
  wanted: (rule: Rule) => boolean,
  allowed = true,
): Verdict | null {
  for (const position of candidates) {
    const rule = ordered[position];
    if (rule !== undefined && wanted(rule) && matches(test, request, rule))
      return { allowed, rule };
  }
  return null;
}

/** Of several that allow, casbin names the last; there is no deny among them. */
function last({ ordered, test, request, candidates }: Asked): Verdict | null {
  for (let at = candidates.length - 1; at >= 0; at--) {
    const rule = ordered[candidates[at] ?? -1];
    if (rule !== undefined && matches(test, request, rule)) return { allowed: true, rule };
  }
  return null;
}

/** @throws RuleError, so that whoever reads of the failure knows where to look. */
function matches(test: Test, request: RequestTuple, rule: Rule): boolean {
  try {
    return test(request, rule.fields);
  } catch (error) {
    throw new RuleError(rule, error);
  }
}
