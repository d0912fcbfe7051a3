// The rules that one alternative of the matcher may hold for: found by look-ups, more than needed, never fewer.
import type { Fields, Test } from "./compile-matcher.ts";
import { type Conjunction, readsOf } from "./disjuncts.ts";
import type { Expression, PolicyModel } from "./model.ts";
import { isPathFunction, PathTrie } from "./path-trie.ts";
import type { RoleGraph } from "./roles.ts";

/** Ascending positions of rules. */
export type Positions = readonly number[];
/** Calls `found` with lists that together have every rule that may match; some twice, some in vain. */
export type Candidates = (request: Fields, found: (positions: Positions) => void) => void;

export interface IndexParts {
  readonly model: Pick<PolicyModel, "request" | "policy">;
  readonly roles: ReadonlyMap<string, RoleGraph>;
  readonly compile: (term: Expression) => Test;
  /** The fields of each rule, in the order of evaluation. */
  readonly rules: readonly Fields[];
}

/** A request field and the rule column it is compared with. */
interface Pair {
  readonly asked: number;
  readonly column: number;
}

interface RoleTerm extends Pair {
  readonly graph: RoleGraph;
  /** The request field with the domain; -1: none. */
  readonly domain: number;
}

interface PathTerm extends Pair {
  readonly functionName: string;
}

/** What of an alternative can be looked up, and what is asked at once of the request or of each rule. */
interface AccessPath {
  readonly equal: Pair[];
  role: RoleTerm | null;
  path: PathTerm | null;
  readonly ofRequest: Test[];
  readonly ofRule: Test[];
}

const NO_FIELDS: Fields = [];
const NO_POSITIONS: Positions = [];

export function indexFor(terms: Conjunction, parts: IndexParts): Candidates {
  const access = accessPathOf(terms, parts);
  const root = partFor(fewestFirst(access.equal, parts.rules), access);
  parts.rules.forEach((rule, position) => {
    if (access.ofRule.every((test) => test(NO_FIELDS, rule))) root.add(rule, position);
  });
  return (request, found) => {
    for (const test of access.ofRequest) if (!test(request, NO_FIELDS)) return;
    root.visit(request, found);
  };
}

/** Columns of few values first, so that the large maps are few. */
function fewestFirst(pairs: readonly Pair[], rules: readonly Fields[]): readonly Pair[] {
  const values = ({ column }: Pair): number => new Set(rules.map((rule) => rule[column])).size;
  return pairs
    .map((pair) => ({ pair, size: values(pair) }))
    .sort((one, other) => one.size - other.size)
    .map(({ pair }) => pair);
}

function accessPathOf(terms: Conjunction, parts: IndexParts): AccessPath {
  const access: AccessPath = { equal: [], role: null, path: null, ofRequest: [], ofRule: [] };
  for (const term of terms) {
    const reads = readsOf(term);
    if (!reads.p) access.ofRequest.push(parts.compile(term));
    else if (!reads.r) access.ofRule.push(parts.compile(term));
    else noteTerm(term, access, parts);
  }
  return access;
}

function noteTerm(term: Expression, access: AccessPath, parts: IndexParts): void {
  if (term.kind === "call") noteCall(term, access, parts);
  if (term.kind !== "binary" || term.operator !== "==") return;
  const pair = pairOf(term.left, term.right, parts) ?? pairOf(term.right, term.left, parts);
  if (pair !== null) access.equal.push(pair);
}

function noteCall(
  { name, arguments: passed }: Expression & { readonly kind: "call" },
  access: AccessPath,
  parts: IndexParts,
): void {
  const pair = pairOf(passed[0], passed[1], parts);
  if (pair === null) return;
  if (isPathFunction(name)) access.path ??= { ...pair, functionName: name };
  const graph = parts.roles.get(name);
  const domain = domainOf(passed[2], parts);
  if (graph !== undefined && domain !== null) access.role ??= { ...pair, graph, domain };
}

/** null unless the one is a field of the request and the other of a rule. */
function pairOf(
  asked: Expression | undefined,
  written: Expression | undefined,
  { model }: IndexParts,
): Pair | null {
  if (asked?.kind !== "field" || written?.kind !== "field") return null;
  if (asked.of !== "r" || written.of !== "p") return null;
  return { asked: model.request.indexOf(asked.name), column: model.policy.indexOf(written.name) };
}

/** -1: no domain; null: one that only a rule knows. */
function domainOf(domain: Expression | undefined, { model }: IndexParts): number | null {
  if (domain === undefined) return -1;
  if (domain.kind !== "field" || domain.of !== "r") return null;
  return model.request.indexOf(domain.name);
}

/** A part of the index: rules go in once, and come out for each request they may hold for. */
interface Part {
  readonly add: (rule: Fields, position: number) => void;
  readonly visit: (request: Fields, found: (positions: Positions) => void) => void;
}

/** One level for each equality, by the rule's value; then paths, then holders of roles. */
function partFor([pair, ...rest]: readonly Pair[], access: AccessPath): Part {
  if (pair !== undefined) return new ValueLevel(pair, () => partFor(rest, access));
  const holders = (): Part => (access.role === null ? new All() : new Holders(access.role));
  return access.path === null ? holders() : new PathLevel(access.path, holders);
}

class ValueLevel implements Part {
  readonly #pair: Pair;
  readonly #make: () => Part;
  readonly #byValue = new Map<string, Part>();

  constructor(pair: Pair, make: () => Part) {
    this.#pair = pair;
    this.#make = make;
  }

  add(rule: Fields, position: number): void {
    const value = rule[this.#pair.column] ?? "";
    const known = this.#byValue.get(value) ?? this.#make();
    this.#byValue.set(value, known);
    known.add(rule, position);
  }

  visit(request: Fields, found: (positions: Positions) => void): void {
    this.#byValue.get(request[this.#pair.asked] ?? "")?.visit(request, found);
  }
}

class PathLevel implements Part {
  readonly #path: PathTerm;
  readonly #trie: PathTrie<Part>;

  constructor(path: PathTerm, make: () => Part) {
    this.#path = path;
    this.#trie = new PathTrie(path.functionName, make);
  }

  add(rule: Fields, position: number): void {
    this.#trie.leafFor(rule[this.#path.column] ?? "").add(rule, position);
  }

  visit(request: Fields, found: (positions: Positions) => void): void {
    this.#trie.visit(request[this.#path.asked] ?? "", (part) => part.visit(request, found));
  }
}

class All implements Part {
  readonly #positions: number[] = [];

  add(_rule: Fields, position: number): void {
    this.#positions.push(position);
  }

  visit(_request: Fields, found: (positions: Positions) => void): void {
    found(this.#positions);
  }
}

/** So few that looking at each is cheaper than a map, and much smaller. */
const FEW_ROLES = 8;

/** Rules by the role they speak of. */
class Holders implements Part {
  readonly #term: RoleTerm;
  readonly #roles: string[] = [];
  readonly #positions: number[][] = [];
  #places: Map<string, number> | null = null;

  constructor(term: RoleTerm) {
    this.#term = term;
  }

  add(rule: Fields, position: number): void {
    const role = rule[this.#term.column] ?? "";
    const known = this.#positions[this.#placeOf(role)];
    if (known === undefined) {
      this.#places?.set(role, this.#roles.length);
      this.#roles.push(role);
      this.#positions.push([position]);
      if (this.#roles.length > FEW_ROLES) {
        this.#places ??= new Map(this.#roles.map((each, at) => [each, at]));
      }
    } else known.push(position);
  }

  /** Walks the smaller of the roles asked for and those that are held. */
  visit(request: Fields, found: (positions: Positions) => void): void {
    const { graph, asked, domain } = this.#term;
    const name = request[asked] ?? "";
    const held = graph.above(name, domain < 0 ? "" : (request[domain] ?? ""));
    if (held === null) this.#give(name, found);
    else if (held.size < this.#roles.length) for (const role of held) this.#give(role, found);
    else {
      this.#roles.forEach((role, at) => {
        if (held.has(role)) found(this.#positions[at] ?? NO_POSITIONS);
      });
    }
  }

  #placeOf(role: string): number {
    return this.#places === null ? this.#roles.indexOf(role) : (this.#places.get(role) ?? -1);
  }

  #give(role: string, found: (positions: Positions) => void): void {
    const positions = this.#positions[this.#placeOf(role)];
    if (positions !== undefined) found(positions);
  }
}
