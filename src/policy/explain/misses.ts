// How far each rule is from matching one request: which terms of the matcher fail for it, and how many.
import { compileTest, type Fields, type MatcherParts } from "../matcher/compile-matcher.ts";
import { readsOf } from "../matcher/disjuncts.ts";
import { parseCondition } from "../matcher/parser.ts";
import type { Expression, FieldExpression } from "../model/model.ts";
import { type ComparedTerm, compareTerm } from "../matcher/term.ts";
import type { RequestTuple } from "../request/tuple.ts";

export interface FailedTerm extends ComparedTerm {
  /** The rule has no say in it: it fails for every rule. */
  readonly always: boolean;
}

export interface Distance {
  /**
   * 0 where the rule matches, else the number of failing terms; what fails for every rule counts as
   * `ALWAYS` of them. Above `limit` it may be any number above `limit`, which is found sooner.
   */
  readonly of: (rule: Fields, limit: number) => number;
  /** The failing terms, in the order of the matcher. */
  readonly failures: (rule: Fields) => readonly FailedTerm[];
}

/** More than a matcher has terms. */
const ALWAYS = 65_536;

/** Alternatives count by the one in which the fewest terms fail; what is negated as a whole is told term by term. */
export function distanceFrom(
  request: RequestTuple,
  matcher: Expression,
  parts: MatcherParts,
): Distance {
  return partOf(matcher, { request, parts, negated: false });
}

interface Part extends Distance {
  /** Does it look at the rule? */
  readonly looks: boolean;
  /** Does it ask the request? */
  readonly asks: boolean;
  /** How much an answer costs; cheap ones are asked first. */
  readonly cost: number;
}

interface Context {
  readonly request: RequestTuple;
  readonly parts: MatcherParts;
  readonly negated: boolean;
}

function partOf(expression: Expression, context: Context): Part {
  if (expression.kind === "not") {
    return partOf(expression.operand, { ...context, negated: !context.negated });
  }
  if (expression.kind !== "binary") return termOf(expression, context);
  const { operator, left, right } = expression;
  if (operator !== "&&" && operator !== "||") return termOf(expression, context);
  const both = [partOf(left, context), partOf(right, context)];
  return (operator === "&&") === context.negated ? anyOf(both) : allOf(both);
}

function termOf(operand: Expression, { request, parts, negated }: Context): Part {
  const term: Expression = negated ? { kind: "not", operand } : operand;
  const test = compileTest(term, parts);
  const compare = compareTerm(term, parts);
  const { r: asks, p: looks } = readsOf(term);
  const fails = (rule: Fields): boolean => {
    try {
      return !test(request, rule);
    } catch {
      return true;
    }
  };
  const failures = (rule: Fields): readonly FailedTerm[] => {
    if (!fails(rule)) return [];
    if (term.kind === "eval") return failuresOfCondition(term.field, rule, { request, parts });
    return [{ ...compare(request, rule), always: !looks }];
  };
  if (looks) {
    return {
      of: (rule) => (fails(rule) ? 1 : 0),
      failures,
      looks,
      asks,
      cost: costOf(operand, parts),
    };
  }
  const known = fails([]) ? ALWAYS : 0;
  return { of: () => known, failures, looks, asks, cost: 0 };
}

/** Of a rule's own condition: one term to the matcher, told by the terms it has. */
function failuresOfCondition(
  { name }: FieldExpression,
  rule: Fields,
  { request, parts }: Pick<Context, "request" | "parts">,
): readonly FailedTerm[] {
  const text = rule[parts.model.policy.indexOf(name)] ?? "";
  const condition = parseCondition(text, parts.model.names);
  const failures = distanceFrom(request, condition, parts).failures(rule);
  return failures.map((failure) => ({ ...failure, always: false }));
}

/** Look-ups before functions, which may have a pattern to compile. */
function costOf(term: Expression, { roles }: MatcherParts): number {
  if (term.kind === "eval") return 3;
  if (term.kind !== "call") return 1;
  return roles.has(term.name) ? 2 : 3;
}

function allOf(parts: readonly Part[]): Part {
  const cheapFirst = parts.toSorted((one, other) => one.cost - other.cost);
  return {
    of: (rule, limit) => {
      let sum = 0;
      for (const part of cheapFirst) {
        sum += part.of(rule, limit - sum);
        if (sum > limit) break;
      }
      return sum;
    },
    failures: (rule) => parts.flatMap((part) => part.failures(rule)),
    looks: parts.some(({ looks }) => looks),
    asks: parts.some(({ asks }) => asks),
    cost: Math.max(...parts.map(({ cost }) => cost)),
  };
}

/**
 * One that fails whatever the rule says tells nothing of a rule, where another looks at it; and of two as
 * near, the one that asks the request tells more than, say, p.sub == "*".
 */
function anyOf(parts: readonly Part[]): Part {
  const telling = parts.filter(({ looks, of }) => looks || of([], 0) === 0);
  const asked = (telling.length === 0 ? parts : telling).toSorted(
    (one, other) => Number(other.asks) - Number(one.asks),
  );
  const of: Part["of"] = (rule, limit) => {
    let least = Infinity;
    for (const part of asked) least = Math.min(least, part.of(rule, Math.min(limit, least)));
    return least;
  };
  return {
    of,
    failures: (rule) => {
      const least = of(rule, Infinity);
      return asked.find((part) => part.of(rule, Infinity) === least)?.failures(rule) ?? [];
    },
    looks: parts.some(({ looks }) => looks),
    asks: parts.some(({ asks }) => asks),
    cost: Math.max(...parts.map(({ cost }) => cost)),
  };
}
