// Looks a request up in the index of one alternative of the matcher.
import type { Test } from "../matcher/compile-matcher.ts";
import type { RoleWalker } from "../roles/role-walker.ts";
import type { RequestTuple } from "../request/tuple.ts";
import type { AccessPath } from "./access-path.ts";
import type { Candidates } from "./candidates.ts";
import { Groups } from "./groups.ts";
import { PathTrie } from "./path-trie.ts";
import type { RequestIds } from "./request-ids.ts";
import { ONE_ROW, type RuleIndex } from "./rule-index.ts";
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

const NO_FIELDS: readonly string[] = [];

export class IndexSearch {
  readonly #access: AccessPath;
  readonly #index: RuleIndex;
  readonly #trie: PathTrie | null;
  readonly #groups: Groups;
  readonly #lookedUp: readonly number[];
  readonly #walker: RoleWalker | null;
  readonly #ofRequest: readonly Test[];
  readonly #request: RequestIds;

  constructor({ access, index, strings, walker, ofRequest, request }: SearchParts) {
    this.#access = access;
    this.#index = index;
    this.#trie = index.paths === null ? null : new PathTrie(index.paths, strings);
    const linked = this.#trie === null ? access.equal.slice(1) : access.equal;
    this.#groups = new Groups(index, linked, request);
    this.#lookedUp = [...numberedBy(access), ...(access.path === null ? [] : [access.path.asked])];
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
    if (this.#isStranger()) return;
    const trie = this.#trie;
    if (trie === null) return this.#searchFrom(this.#firstValue(), found);
    trie.search(this.#request.text(this.#access.path?.asked ?? 0));
    for (let at = 0; at < trie.count; at++) this.#searchFrom(trie.leaves[at] ?? 0, found);
  }

  /** Whether a field that must be equal to some rule's is equal to none: then nothing need be looked up. */
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
    if (!this.#groups.find(start)) return;
    const { from, to } = this.#groups;
    if (to === ONE_ROW) found.addRow(from);
    else if (this.#walker === null) found.add(this.#index.rows, from, to);
    else this.#searchRoles(this.#walker, { from, to }, found);
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

/** The request fields whose numbers an access path needs. */
export function numberedBy({ equal, role }: Pick<AccessPath, "equal" | "role">): readonly number[] {
  const ofRole = role === null ? [] : [role.asked, role.domain].filter((at) => at >= 0);
  return [...equal.map(({ asked }) => asked), ...ofRole];
}
