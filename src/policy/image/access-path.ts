// Which terms of one alternative of a matcher can be looked up, and by what.
import { type Conjunction, readsOf } from "../matcher/disjuncts.ts";
import type { Expression, PolicyModel } from "../model/model.ts";
import { asksRole } from "./columns.ts";
import { isPathFunction } from "./path-shape.ts";

/** A request field and the rule column it is compared with, by their places. */
export interface Pair {
  readonly asked: number;
  readonly column: number;
}

export interface RoleTerm extends Pair {
  readonly name: string;
  /** The request field with the domain; -1: none. */
  readonly domain: number;
}

export interface PathTerm extends Pair {
  readonly functionName: string;
}

export interface AccessPath {
  readonly equal: readonly Pair[];
  readonly role: RoleTerm | null;
  readonly path: PathTerm | null;
  /** Terms that only read the request, and those that only read the rule and no links. */
  readonly ofRequest: readonly Expression[];
  readonly ofRule: readonly Expression[];
}

type Definitions = Pick<PolicyModel, "request" | "policy" | "roles">;
type Call = Expression & { readonly kind: "call" };

/** The first role and the first path term; whatever is left over is asked of each candidate. */
export function accessPathOf(terms: Conjunction, model: Definitions): AccessPath {
  const pairs = terms.flatMap((term) => equalPair(term, model) ?? []);
  const calls = terms.filter((term): term is Call => term.kind === "call");
  const [role = null] = calls.flatMap((call) => roleTerm(call, model, pairs) ?? []);
  const [path = null] = calls.flatMap((call) => pathTerm(call, model) ?? []);
  const ofRequest = terms.filter((term) => !readsOf(term).p);
  const ofRule = terms.filter(
    (term) => !readsOf(term).r && readsOf(term).p && !asksRole(term, model),
  );
  return { equal: pairs, role, path, ofRequest, ofRule };
}

function equalPair(term: Expression, model: Definitions): Pair | null {
  if (term.kind !== "binary" || term.operator !== "==") return null;
  return pairOf(term.left, term.right, model) ?? pairOf(term.right, term.left, model);
}

function pathTerm(
  { name, arguments: [asked, written] }: Call,
  model: Definitions,
): PathTerm | null {
  const pair = isPathFunction(name) ? pairOf(asked, written, model) : null;
  return pair === null ? null : { ...pair, functionName: name };
}

function roleTerm(call: Call, model: Definitions, equal: readonly Pair[]): RoleTerm | null {
  const [asked, written, inDomain] = call.arguments;
  if (!model.roles.some(({ name }) => name === call.name)) return null;
  const pair = pairOf(asked, written, model);
  const domain = domainOf(inDomain, model, equal);
  return pair === null || domain === null ? null : { ...pair, name: call.name, domain };
}

/** A rule's own domain is the request's where the two must be equal; null: one that only a rule knows. */
function domainOf(
  domain: Expression | undefined,
  { request, policy }: Definitions,
  equal: readonly Pair[],
): number | null {
  if (domain === undefined) return -1;
  if (domain.kind !== "field") return null;
  if (domain.of === "r") return request.indexOf(domain.name);
  const column = policy.indexOf(domain.name);
  return equal.find((pair) => pair.column === column)?.asked ?? null;
}

/** null unless the one is a field of the request and the other of a rule. */
function pairOf(
  asked: Expression | undefined,
  written: Expression | undefined,
  { request, policy }: Definitions,
): Pair | null {
  if (asked?.kind !== "field" || written?.kind !== "field") return null;
  if (asked.of !== "r" || written.of !== "p") return null;
  return { asked: request.indexOf(asked.name), column: policy.indexOf(written.name) };
}
