// By which roles a rule matches a request: the chain of links behind each role term that made it hold.
import { compileTest, compileValue, type Fields, type MatcherParts } from "./compile-matcher.ts";
import type { CheckedPolicy } from "./engine.ts";
import { matchingFunctions } from "./matching-functions.ts";
import type { Expression } from "./model.ts";
import type { Rule } from "./rule.ts";
import type { RequestTuple } from "./tuple.ts";
import { textOf } from "./values.ts";

interface RolePath {
  /** The role definition asked: "g", "g2", ... */
  readonly definition: string;
  /** [name, role, ..., role]: at least one link; each holds the next. */
  readonly path: readonly string[];
}

/** Of a rule that matches the request; none where no role was asked or the names are equal. */
type FindRolePaths = (request: RequestTuple, rule: Fields) => readonly RolePath[];

/** What a row keeps of it: the first of those paths. Never throws: it is only told, it decides nothing. null where the matcher asks no role. */
export async function createRolePath({
  model,
  roles,
}: CheckedPolicy): Promise<((request: RequestTuple, rule: Rule) => readonly string[]) | null> {
  const functions = matchingFunctions();
  const find = compileRolePaths(model.matcher, { model, roles, functions });
  if (find === null) return null;
  return (request, { fields }) => {
    try {
      return find(request, fields)[0]?.path ?? NO_ROLES;
    } catch {
      return NO_ROLES;
    }
  };
}

const NO_ROLES: readonly string[] = [];

/** Adds what an expression that holds owes to roles. */
type Note = (request: RequestTuple, rule: Fields, found: RolePath[]) => void;

/** null where the matcher asks no role, so that nobody needs to ask. */
function compileRolePaths(matcher: Expression, parts: MatcherParts): FindRolePaths | null {
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
  if (expression.kind !== "binary") return null;
  const left = compileNote(expression.left, parts) ?? NOTHING;
  const right = compileNote(expression.right, parts) ?? NOTHING;
  if (left === NOTHING && right === NOTHING) return null;
  if (expression.operator === "&&") {
    return (request, rule, found) => {
      left(request, rule, found);
      right(request, rule, found);
    };
  }
  if (expression.operator !== "||") return null;
  const holdsLeft = compileTest(expression.left, parts);
  return (request, rule, found) => (holdsLeft(request, rule) ? left : right)(request, rule, found);
}

const NOTHING: Note = () => undefined;

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
    const path = graph.path(from, to, textOf(domainOf(request, rule), name));
    if (path !== null) found.push({ definition: name, path });
  };
}
