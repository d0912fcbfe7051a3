// Remembers by which roles a rule matched whom: walking the links and making their texts costs more than a decision.
import { partsOf } from "../matcher/disjuncts.ts";
import type { Expression, PolicyModel } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import type { RequestTuple } from "../request/tuple.ts";

export type FindRolePath = (request: RequestTuple, rule: Rule) => readonly string[];

/** Of each of two generations; with their keys a few MB at most. */
const REMEMBERED = 4096;
const MAX_KEY_CHARS = 256;

/** Pure in the rule and in the few request fields that role terms ask, so it is remembered by those. */
export function rememberRolePaths(find: FindRolePath, model: PolicyModel): FindRolePath {
  const fields = fieldsBehindRoles(model.matcher, model);
  const asked = model.request.flatMap((name, at) => (fields.has(name) ? [at] : []));
  let young = new Map<string, readonly string[]>();
  let old = young;
  return (request, rule) => {
    const key = keyOf(request, rule, asked);
    if (key === null) return find(request, rule);
    const known = young.get(key);
    if (known !== undefined) return known;
    const path = old.get(key) ?? find(request, rule);
    if (young.size >= REMEMBERED) {
      old = young;
      young = new Map();
    }
    young.set(key, path);
    return path;
  };
}

/** A rule has a line of its own; lengths go before texts, so that no two keys are equal by chance. */
function keyOf(request: RequestTuple, { line }: Rule, asked: readonly number[]): string | null {
  let key = String(line);
  for (const at of asked) {
    const value = request[at];
    if (typeof value !== "string") return null;
    key += `:${value.length}:${value}`;
  }
  return key.length > MAX_KEY_CHARS ? null : key;
}

type Definitions = Pick<PolicyModel, "roles" | "request">;

/** Names of the request fields on which the path depends: what role terms ask, and what chooses between them. */
function fieldsBehindRoles(expression: Expression, model: Definitions): ReadonlySet<string> {
  if (!asksRoles(expression, model)) return new Set();
  if (expression.kind !== "binary" || expression.operator !== "&&") {
    return fieldsOf(expression, model);
  }
  return new Set([
    ...fieldsBehindRoles(expression.left, model),
    ...fieldsBehindRoles(expression.right, model),
  ]);
}

/** A rule's own condition may. */
function asksRoles(expression: Expression, model: Definitions): boolean {
  const { kind } = expression;
  if (kind === "eval") return model.roles.length > 0;
  if (kind === "call" && model.roles.some(({ name }) => name === expression.name)) return true;
  return partsOf(expression).some((part) => asksRoles(part, model));
}

/** Those an expression reads; all of them for a rule's own condition. */
function fieldsOf(expression: Expression, model: Definitions): ReadonlySet<string> {
  if (expression.kind === "eval") return new Set(model.request);
  if (expression.kind === "field") return new Set(expression.of === "r" ? [expression.name] : []);
  return new Set(partsOf(expression).flatMap((part) => [...fieldsOf(part, model)]));
}
