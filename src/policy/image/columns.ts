// What an expression reads of a rule, and which role definitions it asks.
import type { Expression, PolicyModel } from "../model/model.ts";

/** Places in p, ascending. */
export function columnsOf(
  expression: Expression,
  { policy }: Pick<PolicyModel, "policy">,
): readonly number[] {
  const found = new Set<number>();
  for (const part of partsOf(expression)) {
    if (part.kind === "field" && part.of === "p") found.add(policy.indexOf(part.name));
    // A rule's own condition may read all of them.
    if (part.kind === "eval") policy.forEach((_, column) => found.add(column));
  }
  return [...found].sort((one, other) => one - other);
}

export function asksRole(expression: Expression, { roles }: Pick<PolicyModel, "roles">): boolean {
  for (const part of partsOf(expression)) {
    if (part.kind === "call" && roles.some(({ name }) => name === part.name)) return true;
  }
  return false;
}

/** Itself and all expressions within it. */
function* partsOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const member of Object.values(expression)) yield* partsIn(member);
}

function* partsIn(member: unknown): Generator<Expression> {
  if (Array.isArray(member)) for (const item of member) yield* partsIn(item);
  else if (typeof member === "object" && member !== null) yield* partsOf(member as Expression);
}
