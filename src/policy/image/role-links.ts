// The links of one role definition as flat arrays: from each name to the roles above it.
import { IntList, sharedInts } from "./int-list.ts";
import { PairNumbering, type PairSlots } from "./pair-table.ts";
import type { RuleTable } from "./rule-table.ts";

/** A node is a name; with domains, a name in a domain. */
export interface RoleLinks {
  /** What nodes are with domains; null: a node is the number of its name. */
  readonly byDomain: {
    /** Numbers of domain and name to the node. */
    readonly nodes: PairSlots;
    /** Numbers of names, by node. */
    readonly names: Int32Array;
  } | null;
  /**
   * By node: the number of the list of nodes above it, in the order of its links in the file. Nodes with
   * the same links share a list, as users of one team do; 0 is the empty one.
   */
  readonly lists: Int32Array;
  /** By list: where it begins in `above`; it ends where the next one begins. */
  readonly starts: Int32Array;
  readonly above: Int32Array;
}

/** @param strings how many there are */
export function roleLinksOf(links: RuleTable, strings: number): RoleLinks {
  return links.width === 3 ? linksByDomain(links) : plainLinks(links, strings);
}

function plainLinks({ fields, count, width }: RuleTable, strings: number): RoleLinks {
  const from = Int32Array.from({ length: count }, (_, row) => fields[row * width] ?? 0);
  const to = Int32Array.from({ length: count }, (_, row) => fields[row * width + 1] ?? 0);
  return { byDomain: null, ...adjacency(from, to, strings) };
}

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
  const shared = sharedInts(names.length);
  shared.set(names);
  return {
    byDomain: { nodes: nodes.slots(), names: shared },
    ...adjacency(from, to, names.length),
  };
}

type Lists = Pick<RoleLinks, "lists" | "starts" | "above">;

function adjacency(from: Int32Array, to: Int32Array, nodes: number): Lists {
  const links = sortedLinks(from, to, nodes);
  const lists = sharedInts(nodes);
  const known = new ListNumbering();
  for (let node = 0; node < nodes; node++) {
    const list = links.above.subarray(links.starts[node], links.starts[node + 1]);
    lists[node] = known.numberOf(list);
  }
  return { lists, starts: known.starts.shared(), above: known.items.shared() };
}

/** Counting sort by the node a link starts from; the order of its links stays. */
function sortedLinks(from: Int32Array, to: Int32Array, nodes: number): Omit<Lists, "lists"> {
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

/** Numbers lists as pairs of the list without its last item and that item, so that equal ones are one. */
class ListNumbering {
  readonly items = new IntList();
  readonly starts = new IntList();
  readonly #prefixes = new PairNumbering();
  readonly #lists = new Map<number, number>();

  constructor() {
    this.starts.push(0);
    this.starts.push(0);
  }

  numberOf(list: Int32Array): number {
    if (list.length === 0) return 0;
    let prefix = -1;
    for (const item of list) prefix = this.#prefixes.numberOf(prefix, item);
    const known = this.#lists.get(prefix);
    if (known !== undefined) return known;
    for (const item of list) this.items.push(item);
    const number = this.starts.length - 1;
    this.starts.push(this.items.length);
    this.#lists.set(prefix, number);
    return number;
  }
}
