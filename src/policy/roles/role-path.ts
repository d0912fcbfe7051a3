// By which roles a rule matches a request: the chain of links behind each role term that made it hold.
import {
  compileTest,
  compileValue,
  type Fields,
  type MatcherParts,
} from "../matcher/compile-matcher.ts";
import type { CheckedPolicy } from "../engine.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import { parseCondition } from "../matcher/parser.ts";
import type { Expression, FieldExpression } from "../model/model.ts";
import { type FindRolePath, rememberRolePaths } from "./role-path-memo.ts";
import type { RequestTuple } from "../request/tuple.ts";
import { textOf } from "../matcher/values.ts";

export interface RolePath {
  /** The role definition asked: "g", "g2", ... */
  readonly definition: string;
  /** [name, role, ..., role]: at least one link; each holds the next. */
  readonly path: readonly string[];
  /** In which each does; "" where links have none. */
  readonly domain: string;
}

/** Of a rule that matches the request; none where no role was asked or the names are equal. */
export type FindRolePaths = (request: RequestTuple, rule: Fields) => readonly RolePath[];

/**
 * What a row keeps of it: the first of those paths. Never throws: it is only told, it decides nothing.
 * null where the matcher asks no role.
 */
export function createRolePath({ model, roles }: CheckedPolicy): FindRolePath | null {
  const functions = matchingFunctions();
  const find = compileRolePaths(model.matcher, { model, roles, functions });
  if (find === null) return null;
  return rememberRolePaths((request, { fields }) => {
    try {
      return find(request, fields)[0]?.path ?? NO_ROLES;
    } catch {
      return NO_ROLES;
    }
  }, model);
}

const NO_ROLES: readonly string[] = [];

/** Adds what an expression that holds owes to roles. */
type Note = (request: RequestTuple, rule: Fields, found: RolePath[]) => void;

/** null where the matcher asks no role, so that nobody needs to ask. */
export function compileRolePaths(matcher: Expression, parts: MatcherParts): FindRolePaths | null {
  const note = compileNote(matcher, parts);
  if (note === null) return null;
  return (request, rule) => {
    const found: RolePath[] = [];
    note(request, rule, found);
    return found;
  };
}

function compileNote(expression: Expression, parts: MatcherParts): Note | null {
  if (expression.kind === "call") return noteOfCall(expression, parts);
  if (expression.kind === "eval") return noteOfCondition(expression.field, parts);
  if (expression.kind === "conditional") {
    return chosen(expression.test, [expression.yes, expression.no], parts);
  }
  if (expression.kind !== "binary") return null;
  const { operator, left, right } = expression;
  if (operator === "||") return chosen(left, [left, right], parts);
  return operator === "&&" ? both(left, right, parts) : null;
}

function both(one: Expression, other: Expression, parts: MatcherParts): Note | null {
  const left = compileNote(one, parts);
  const right = compileNote(other, parts);
  if (left === null || right === null) return left ?? right;
  return (request, rule, found) => {
    left(request, rule, found);
    right(request, rule, found);
  };
}

/** Of two the one that made the whole hold: the first where the test does. */
function chosen(
  test: Expression,
  [yes, no]: readonly [Expression, Expression],
  parts: MatcherParts,
): Note | null {
  const one = compileNote(yes, parts);
  const other = compileNote(no, parts);
  if (one === null && other === null) return null;
  const holds = compileTest(test, parts);
  return (request, rule, found) => (holds(request, rule) ? one : other)?.(request, rule, found);
}

/** A rule's own condition may ask for roles, too. */
function noteOfCondition({ name }: FieldExpression, parts: MatcherParts): Note | null {
  if (parts.roles.size === 0) return null;
  const column = parts.model.policy.indexOf(name);
  const notes = new Map<string, Note | null>();
  return (request, rule, found) => {
    const text = rule[column] ?? "";
    let note = notes.get(text);
    if (note === undefined) {
      note = compileNote(parseCondition(text, parts.model.names), parts);
      notes.set(text, note);
    }
    note?.(request, rule, found);
  };
}

function noteOfCall(
  { name, arguments: passed }: Expression & { readonly kind: "call" },
  parts: MatcherParts,
): Note | null {
  const graph = parts.roles.get(name);
  const [holder, role, domain = null] = passed;
  if (graph === undefined || holder === undefined || role === undefined) return null;
  const holderOf = compileValue(holder, parts);
  const roleOf = compileValue(role, parts);
  const domainOf = domain === null ? () => "" : compileValue(domain, parts);
  return (request, rule, found) => {
    const from = textOf(holderOf(request, rule), name);
    const to = textOf(roleOf(request, rule), name);
    if (from === to) return;
    const within = textOf(domainOf(request, rule), name);
    const path = graph.path(from, to, within);
    if (path !== null) found.push({ definition: name, path, domain: within });
  };
}
