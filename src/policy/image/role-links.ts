// The links of one role definition as flat arrays: from each name to the roles above it.
import { sharedInts } from "./int-list.ts";
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
  /** By node: where its links begin in `above`; they end where the next node's begin. */
  readonly starts: Int32Array;
  /** Nodes, in the order of the links in the file. */
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

/** Counting sort by the node a link starts from; the order of its links stays. */
function adjacency(
  from: Int32Array,
  to: Int32Array,
  nodes: number,
): Pick<RoleLinks, "starts" | "above"> {
  const starts = sharedInts(nodes + 1);
  for (const node of from) starts[node + 1] = (starts[node + 1] ?? 0) + 1;
  for (let node = 0; node < nodes; node++) {
    starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  }
  const next = starts.slice();
  const above = sharedInts(from.length);
  from.forEach((node, link) => {
    const at = next[node] ?? 0;
    next[node] = at + 1;
    above[at] = to[link] ?? 0;
  });
  return { starts, above };
}
