// Warns of rules that can never decide, because another one matches the same requests and outranks them.
import type { CheckedPolicy } from "../engine.ts";
import { wholeOf } from "../matcher/disjuncts.ts";
import type { RuleWarning } from "./lint-roles.ts";
import { EFFECTS, type EffectText } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import { inEvaluationOrder } from "../rules/rule-order.ts";

/** Which of two rules for the same requests is never the one that decides. */
type Outranked = (first: Rule, later: Rule) => Rule | null;

/** Equal in every column that the matcher reads; the same rule twice is told of elsewhere. */
export function shadowWarnings(policy: CheckedPolicy): readonly RuleWarning[] {
  const { model } = policy;
  const outranked = rankingOf(model.effect, model.policy.indexOf("eft"));
  const read = columnsRead(policy);
  const first = new Map<string, Rule>();
  return inEvaluationOrder(policy).flatMap((rule) => {
    const key = JSON.stringify(read.map((column) => rule.fields[column]));
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, rule);
      return [];
    }
    const loser = earlier.source === rule.source ? null : outranked(earlier, rule);
    if (loser === null) return [];
    const { line } = loser === rule ? earlier : rule;
    const message = `this rule never decides: line ${line} matches the same requests`;
    return [{ line: loser.line, message }];
  });
}

function rankingOf(effect: EffectText, eft: number): Outranked {
  const denies = ({ fields }: Rule): boolean => eft >= 0 && fields[eft] === "deny";
  switch (effect) {
    case EFFECTS.priority:
    case EFFECTS.subjectPriority:
      return (_, later) => later;
    case EFFECTS.allowAndDeny:
      return (first, later) => {
        if (denies(first) === denies(later)) return denies(later) ? later : first;
        return denies(first) ? later : first;
      };
    case EFFECTS.allowOverride:
      return (first, later) => (denies(first) || denies(later) ? null : later);
    case EFFECTS.denyOverride:
    default:
      return (first, later) => (denies(first) && denies(later) ? later : null);
  }
}

/** All of them where rules bring conditions, which may read any. */
function columnsRead({ model: { policy, matcher } }: CheckedPolicy): readonly number[] {
  const names = new Set<string>();
  for (const part of wholeOf(matcher)) {
    if (part.kind === "eval") for (const name of policy) names.add(name);
    if (part.kind === "field" && part.of === "p") names.add(part.name);
  }
  return policy.flatMap((name, at) => (names.has(name) && name !== "eft" ? at : []));
}
