// Who holds which role: the closure of all links, computed once, so that a decision only looks up.
import { MAX_CLOSURE_PAIRS, MAX_CLOSURE_STEPS, MAX_ROLE_LINKS } from "./limits.ts";
import type { Rule } from "./rule.ts";

export interface RoleGraph {
  /** Casbin's hasLink: true for equal names, else if `role` is at most 10 links up from `name`. */
  readonly holds: (name: string, role: string, domain: string) => boolean;
  /** All it holds, itself among them; null for a name without links, which holds itself alone. */
  readonly above: (name: string, domain: string) => ReadonlySet<string> | null;
  /** A shortest chain of links [name, ..., role]; null where `holds` is false. */
  readonly path: (name: string, role: string, domain: string) => readonly string[] | null;
}

/** A graph, or the rule at which it became deeper or larger than allowed. */
export type RoleGraphResult =
  | { readonly ok: true; readonly graph: RoleGraph }
  | { readonly ok: false; readonly rule: Rule; readonly message: string };

type Links = Map<string, Set<string>>;

/**
 * Breadth-first from every name, with a visited set: linear in the links walked, where casbin's
 * depth-first search takes width^10 on a layered graph. Paths of at most 10 links exist exactly if
 * the shortest has at most 10; longer ones casbin would silently not see, so they are refused.
 */
export function buildRoleGraph(rules: readonly Rule[]): RoleGraphResult {
  const domains = linksByDomain(rules);
  const held = new Map<string, Map<string, ReadonlySet<string>>>();
  const budget: Budget = { pairs: MAX_CLOSURE_PAIRS, steps: MAX_CLOSURE_STEPS };
  for (const rule of rules) {
    const [name = "", , domain = ""] = rule.fields;
    const ofDomain = existing(held, domain, () => new Map<string, ReadonlySet<string>>());
    if (ofDomain.has(name)) continue;
    const roles = rolesAbove(name, domains.get(domain) ?? new Map(), budget);
    if (typeof roles === "string") return { ok: false, rule, message: roles };
    ofDomain.set(name, roles);
  }
  const holds: RoleGraph["holds"] = (name, role, domain) =>
    name === role || held.get(domain)?.get(name)?.has(role) === true;
  const above: RoleGraph["above"] = (name, domain) => held.get(domain)?.get(name) ?? null;
  const path: RoleGraph["path"] = (name, role, domain) =>
    holds(name, role, domain) ? shortestPath(name, role, domains.get(domain) ?? new Map()) : null;
  return { ok: true, graph: { holds, above, path } };
}

/** Of several as short, the one whose links stand first. */
function shortestPath(name: string, role: string, links: Links): readonly string[] {
  const below = new Map([[name, ""]]);
  for (const from of below.keys()) {
    if (from === role) break;
    for (const above of links.get(from) ?? []) if (!below.has(above)) below.set(above, from);
  }
  const path = [role];
  for (let at = role; at !== name; path.unshift(at)) at = below.get(at) ?? name;
  return path;
}

function linksByDomain(rules: readonly Rule[]): ReadonlyMap<string, Links> {
  const domains = new Map<string, Links>();
  for (const { fields } of rules) {
    const [name = "", role = "", domain = ""] = fields;
    const links = existing(domains, domain, () => new Map<string, Set<string>>());
    existing(links, name, () => new Set<string>()).add(role);
  }
  return domains;
}

interface Budget {
  pairs: number;
  steps: number;
}

/** All roles above a name, or why they are too many. */
function rolesAbove(name: string, links: Links, budget: Budget): ReadonlySet<string> | string {
  const seen = new Set<string>([name]);
  let frontier: readonly string[] = [name];
  for (let distance = 0; frontier.length > 0; distance++) {
    const above = frontier.flatMap((from) => [...(links.get(from) ?? [])]);
    frontier = [...new Set(above)].filter((role) => !seen.has(role));
    if (distance === MAX_ROLE_LINKS && frontier[0] !== undefined) {
      return `"${frontier[0]}" is more than ${MAX_ROLE_LINKS} links above "${name}"`;
    }
    for (const role of frontier) seen.add(role);
    budget.steps -= above.length;
    budget.pairs -= frontier.length;
    if (budget.pairs < 0 || budget.steps < 0) return "the role graph is too large";
  }
  return seen;
}

function existing<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
