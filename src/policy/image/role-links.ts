// The links of one role definition as flat arrays: from each name to the roles above it.
import { IntList, sharedInts } from "./int-list.ts";
import { PairNumbering, type PairSlots } from "./pair-table.ts";
import type { RuleTable } from "./rule-table.ts";

/**
 * Names with the same links share a list of them, as users of one team do; 0 is the empty one. A list keeps
 * the order of its links in the file.
 */
export interface RoleLinks {
  /** With domains: numbers of domain and name to the number of the list. */
  readonly byDomain: PairSlots | null;
  /** Without: the same, by number of name. */
  readonly lists: Int32Array;
  /** Each list where its number says: how many links, then for each the number of the name above and of its list. */
  readonly above: Int32Array;
}

/** Cells a link. */
export const LINK = 2;

/** @param strings how many there are */
export function roleLinksOf(links: RuleTable, strings: number): RoleLinks {
  return links.width === 3 ? linksByDomain(links) : plainLinks(links, strings);
}

function plainLinks({ fields, count, width }: RuleTable, strings: number): RoleLinks {
  const from = Int32Array.from({ length: count }, (_, row) => fields[row * width] ?? 0);
  const to = Int32Array.from({ length: count }, (_, row) => fields[row * width + 1] ?? 0);
  return { byDomain: null, ...adjacency({ from, to, nodes: strings }, (node) => node) };
}

/** A node is a name in a domain. */
function linksByDomain({ fields, count, width }: RuleTable): RoleLinks {
  const nodes = new PairNumbering();
  const names: number[] = [];
  const nodeOf = (row: number, column: number): number => {
    const name = fields[row * width + column] ?? 0;
    const node = nodes.numberOf(fields[row * width + 2] ?? 0, name);
    names[node] = name;
    return node;
  };
  const from = Int32Array.from({ length: count }, (_, row) => nodeOf(row, 0));
  const to = Int32Array.from({ length: count }, (_, row) => nodeOf(row, 1));
  const links = adjacency({ from, to, nodes: names.length }, (node) => names[node] ?? 0);
  return { ...links, byDomain: nodes.slots((node) => [links.lists[node] ?? 0, 0]), lists: NONE };
}

const NONE = new Int32Array(0);

interface Links {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** How many there are. */
  readonly nodes: number;
}

type Lists = Pick<RoleLinks, "lists" | "above">;

function adjacency({ from, to, nodes }: Links, nameOf: (node: number) => number): Lists {
  const links = sortedLinks({ from, to, nodes });
  const lists = sharedInts(nodes);
  const known = new ListNumbering();
  for (let node = 0; node < nodes; node++) {
    const list = links.above.subarray(links.starts[node], links.starts[node + 1]);
    lists[node] = known.numberOf(list);
  }
  const above = known.lists.shared();
  for (let list = 0; list < above.length; list += 1 + (above[list] ?? 0) * LINK) {
    const end = list + (above[list] ?? 0) * LINK;
    for (let link = list + 1; link < end; link += LINK) {
      const node = above[link] ?? 0;
      above[link] = nameOf(node);
      above[link + 1] = lists[node] ?? 0;
    }
  }
  return { lists, above };
}

/** Counting sort by the node a link starts from; the order of its links stays. */
function sortedLinks({ from, to, nodes }: Links): {
  readonly starts: Int32Array;
  readonly above: Int32Array;
} {
  const starts = new Int32Array(nodes + 1);
  for (const node of from) starts[node + 1] = (starts[node + 1] ?? 0) + 1;
  for (let node = 0; node < nodes; node++) {
    starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  }
  const next = starts.slice();
  const above = new Int32Array(from.length);
  from.forEach((node, link) => {
    const at = next[node] ?? 0;
    next[node] = at + 1;
    above[at] = to[link] ?? 0;
  });
  return { starts, above };
}

/** Numbers lists by where they are put, equal ones once: as pairs of the list without its last item and that item. */
class ListNumbering {
  readonly lists = new IntList();
  readonly #prefixes = new PairNumbering();
  /** By number of a whole list's pair. */
  readonly #known = new Map<number, number>();

  constructor() {
    this.lists.push(0);
  }

  numberOf(list: Int32Array): number {
    if (list.length === 0) return 0;
    let prefix = -1;
    for (const item of list) prefix = this.#prefixes.numberOf(prefix, item);
    const known = this.#known.get(prefix);
    if (known !== undefined) return known;
    const number = this.lists.length;
    this.lists.push(list.length);
    for (const item of list) {
      this.lists.push(item);
      this.lists.push(0);
    }
    this.#known.set(prefix, number);
    return number;
  }
}
