// Looks a request up in the index of one alternative of the matcher.
import type { Test } from "../matcher/compile-matcher.ts";
import type { RoleWalker } from "../roles/role-walker.ts";
import type { RequestTuple } from "../request/tuple.ts";
import type { AccessPath } from "./access-path.ts";
import type { Candidates } from "./candidates.ts";
import { NO_PAIR, PairTable } from "./pair-table.ts";
import { PathTrie } from "./path-trie.ts";
import type { RequestIds } from "./request-ids.ts";
import type { RuleIndex } from "./rule-index.ts";
import { type Strings, UNKNOWN } from "./strings.ts";

export interface SearchParts {
  readonly access: AccessPath;
  readonly index: RuleIndex;
  readonly strings: Strings;
  /** Of the role term; null where there is none. */
  readonly walker: RoleWalker | null;
  /** Terms that only read the request. */
  readonly ofRequest: readonly Test[];
  readonly request: RequestIds;
}

/** One link of the chain of values that leads to a group. */
interface Level {
  /** The request field. */
  readonly asked: number;
  readonly pairs: PairTable;
}

const NO_SLOTS = new Int32Array(3);
const NO_FIELDS: readonly string[] = [];

export class IndexSearch {
  readonly #access: AccessPath;
  readonly #index: RuleIndex;
  readonly #trie: PathTrie | null;
  readonly #levels: readonly Level[];
  readonly #lookedUp: readonly number[];
  readonly #walker: RoleWalker | null;
  readonly #ofRequest: readonly Test[];
  readonly #request: RequestIds;

  constructor({ access, index, strings, walker, ofRequest, request }: SearchParts) {
    this.#access = access;
    this.#index = index;
    this.#trie = index.paths === null ? null : new PathTrie(index.paths, strings);
    const linked = this.#trie === null ? access.equal.slice(1) : access.equal;
    this.#levels = linked.map(({ asked }, at) => {
      return { asked, pairs: new PairTable(index.levels[at] ?? NO_SLOTS) };
    });
    this.#lookedUp = lookedUpBy(access);
    this.#walker = walker;
    this.#ofRequest = ofRequest;
    this.#request = request;
  }

  /** Whether the request has texts where rules are looked up; its other fields may be anything. */
  canSearch(): boolean {
    const { tuple } = this.#request;
    return this.#lookedUp.every((at) => typeof tuple[at] === "string");
  }

  /** Adds every row that may match, and some that don't. */
  search(found: Candidates): void {
    const { tuple } = this.#request;
    for (const test of this.#ofRequest) if (!mayHold(test, tuple)) return;
    const trie = this.#trie;
    if (trie === null) return this.#searchFrom(this.#firstValue(), found);
    if (this.#isStranger()) return;
    trie.search(this.#request.text(this.#access.path?.asked ?? 0));
    for (let at = 0; at < trie.count; at++) this.#searchFrom(trie.leaves[at] ?? 0, found);
  }

  /** Whether a field that must be equal to some rule's is equal to none: then the path need not be looked up. */
  #isStranger(): boolean {
    const { role, equal } = this.#access;
    for (const { asked } of equal) if (this.#request.id(asked) === UNKNOWN) return true;
    return role !== null && this.#request.id(role.asked) === UNKNOWN;
  }

  #firstValue(): number {
    const [first] = this.#access.equal;
    return first === undefined ? 0 : this.#request.id(first.asked);
  }

  #searchFrom(start: number, found: Candidates): void {
    const group = this.#groupFrom(start);
    if (group === NO_PAIR) return;
    const { starts, rows } = this.#index;
    const from = starts[group] ?? 0;
    const to = starts[group + 1] ?? 0;
    if (this.#walker === null) found.add(rows, from, to);
    else if (from < to) this.#searchRoles(this.#walker, { from, to }, found);
  }

  /** Along the chain of values. */
  #groupFrom(start: number): number {
    let group = start;
    for (const { pairs, asked } of this.#levels) {
      if (group === NO_PAIR) return group;
      group = pairs.find(group, this.#request.id(asked));
    }
    return group;
  }

  /** Takes the smaller of the roles that are held and the rules that ask for one. */
  #searchRoles(walker: RoleWalker, range: Range, found: Candidates): void {
    this.#walk(walker);
    if (walker.count < range.to - range.from) {
      for (let at = 0; at < walker.count; at++) {
        this.#addRole(walker.held[at] ?? UNKNOWN, range, found);
      }
      return;
    }
    const { roles, rows } = this.#index;
    for (let at = range.from; at < range.to; at++) {
      if (walker.has(roles?.[at] ?? UNKNOWN)) found.add(rows, at, at + 1);
    }
  }

  #addRole(role: number, { from, to }: Range, found: Candidates): void {
    const { roles, rows } = this.#index;
    if (roles === null) return;
    let first = firstOf(roles, role, { from, to });
    const begin = first;
    while (first < to && roles[first] === role) first += 1;
    found.add(rows, begin, first);
  }

  #walk(walker: RoleWalker): void {
    const { role } = this.#access;
    if (role === null) return;
    const domain = role.domain < 0 ? UNKNOWN : this.#request.id(role.domain);
    walker.walk(this.#request.id(role.asked), domain);
  }
}

/** What throws is left to the whole matcher, which may never come to it. */
function mayHold(test: Test, tuple: RequestTuple): boolean {
  try {
    return test(tuple, NO_FIELDS);
  } catch {
    return true;
  }
}

/** Of `roles`, from one place to before another. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The first place in a range, which ascends, with a number that is not below `role`. */
function firstOf(roles: Int32Array, role: number, { from, to }: Range): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((roles[middle] ?? 0) < role) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The request fields that an access path reads. */
function lookedUpBy({ equal, role, path }: AccessPath): readonly number[] {
  const domain = role === null || role.domain < 0 ? [] : [role.domain];
  const others = [role, path].flatMap((term) => (term === null ? [] : [term.asked]));
  return [...equal.map(({ asked }) => asked), ...others, ...domain];
}
