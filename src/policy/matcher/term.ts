// One term of a matcher for people: its text, and what it compared: the request's side and the rule's.
import { compileValue, type Fields, type MatcherParts } from "./compile-matcher.ts";
import { partsOf, readsOf } from "./disjuncts.ts";
import { expressionText } from "./expression-text.ts";
import type { Expression } from "../model/model.ts";
import type { RequestTuple, RequestValue } from "../request/tuple.ts";

/** null: that side has none, or it is missing; a list where there are several. */
export type Side = RequestValue;

export interface Held {
  /** Roles that the name holds, itself left out; the first 20. */
  readonly roles: readonly string[];
  readonly count: number;
}

export interface ComparedTerm {
  readonly term: string;
  /** What the request has. */
  readonly request: Side;
  /** What the rule wants, or the matcher itself; a pattern where the term is a path function. */
  readonly rule: Side;
  /** Where the term asks for a role. */
  readonly held: Held | null;
}

const MOST_HELD = 20;
const NONE_HELD: Held = { roles: [], count: 0 };

export function compareTerm(
  term: Expression,
  parts: MatcherParts,
): (request: RequestTuple, rule: Fields) => ComparedTerm {
  const text = expressionText(term, parts.model.names);
  return (request, rule) => {
    const sides: Sides = { request: [], rule: [] };
    const valueOf: ValueOf = (operand) => valueIn(operand, parts, [request, rule]);
    for (const operand of operandsOf(term)) noteOperand(operand, valueOf, sides);
    const held = heldOf(term, parts, valueOf);
    return { term: text, request: sideOf(sides.request), rule: sideOf(sides.rule), held };
  };
}

type ValueOf = (operand: Expression) => RequestValue;

/** null where it is missing, or a function does not take what it was given. */
function valueIn(
  operand: Expression,
  parts: MatcherParts,
  [request, rule]: readonly [RequestTuple, Fields],
): RequestValue {
  try {
    return compileValue(operand, parts)(request, rule) ?? null;
  } catch {
    return null;
  }
}

interface Sides {
  readonly request: RequestValue[];
  readonly rule: RequestValue[];
}

/** An operand that reads both is told by what it reads. */
function noteOperand(operand: Expression, valueOf: ValueOf, sides: Sides): void {
  const reads = readsOf(operand);
  if (!reads.r) sides.rule.push(valueOf(operand));
  else if (!reads.p) sides.request.push(valueOf(operand));
  else for (const inner of operandsOf(operand)) noteOperand(inner, valueOf, sides);
}

function operandsOf(term: Expression): readonly Expression[] {
  if (term.kind === "not") return operandsOf(term.operand);
  const parts = partsOf(term);
  return parts.length === 0 ? [term] : parts;
}

function sideOf(values: readonly RequestValue[]): Side {
  const [only = null] = values;
  return values.length < 2 ? only : values;
}

function heldOf(term: Expression, { roles }: MatcherParts, valueOf: ValueOf): Held | null {
  if (term.kind !== "call") return null;
  const graph = roles.get(term.name);
  const [holder, , domain] = term.arguments;
  if (graph === undefined || holder === undefined) return null;
  const name = valueOf(holder);
  const within = domain === undefined ? "" : valueOf(domain);
  if (typeof name !== "string" || typeof within !== "string") return null;
  const above = graph.above(name, within);
  if (above === null) return NONE_HELD;
  const others = [...above].filter((role) => role !== name);
  return { roles: others.slice(0, MOST_HELD), count: others.length };
}
