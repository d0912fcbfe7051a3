// Path patterns sorted by their segments, as flat arrays: finds those that may match a path, never missing one.
import { IntList } from "./int-list.ts";
import { NO_PAIR, PairNumbering, type PairSlots, PairTable } from "./pair-table.ts";
import { comparedPath, shapeOf } from "./path-shape.ts";
import type { StringInterner } from "./string-interner.ts";
import { type Strings, UNKNOWN } from "./strings.ts";

/** Node 0 is the root. A leaf is where patterns end: node * 2 there, node * 2 + 1 with a star behind it. */
export interface PathNodes {
  readonly functionName: string;
  /** Numbers of node and segment to the node below, less 1. */
  readonly edges: PairSlots;
  /** By node: flags, and above them the node below that any segment leads to, 0 for none. */
  readonly nodes: Int32Array;
}

const ENDS_HERE = 1;
const ENDS_BELOW = 2;
const HAS_EDGES = 4;
const FLAG_BITS = 3;

/** In place of a segment's number. */
const PARAMETER = -2;
/** The leaf of patterns that are regular expressions of their own: nothing else ends at the root. */
const OTHER_PATTERNS = 0;

export class PathTrieBuilder {
  readonly #functionName: string;
  readonly #strings: StringInterner;
  readonly #edges = new PairNumbering();
  /** By node. */
  readonly #flags: number[] = [0];
  readonly #parameters: number[] = [0];

  constructor(functionName: string, strings: StringInterner) {
    this.#functionName = functionName;
    this.#strings = strings;
  }

  /** More than the numbers of all leaves. */
  get leaves(): number {
    return this.#flags.length * 2;
  }

  leafOf(pattern: string): number {
    const shape = shapeOf(this.#functionName, pattern);
    if (shape === null) return OTHER_PATTERNS;
    let node = 0;
    for (const segment of shape.segments) node = this.#below(node, segment);
    this.#flag(node, shape.tail ? ENDS_BELOW : ENDS_HERE);
    return node * 2 + (shape.tail ? 1 : 0);
  }

  build(): PathNodes {
    const nodes = new IntList();
    this.#flags.forEach((flags, node) =>
      nodes.push(((this.#parameters[node] ?? 0) << FLAG_BITS) | flags),
    );
    const functionName = this.#functionName;
    return { functionName, edges: this.#edges.slots(), nodes: nodes.shared() };
  }

  #below(node: number, segment: string | null): number {
    const label = segment === null ? PARAMETER : this.#strings.internText(segment);
    const below = this.#edges.numberOf(node, label) + 1;
    if (below === this.#flags.length) {
      this.#flags.push(0);
      this.#parameters.push(0);
    }
    if (segment === null) this.#parameters[node] = below;
    else this.#flag(node, HAS_EDGES);
    return below;
  }

  #flag(node: number, flag: number): void {
    this.#flags[node] = (this.#flags[node] ?? 0) | flag;
  }
}

/** Finds leaves; each thread has its own, over the same nodes. */
export class PathTrie {
  readonly #functionName: string;
  readonly #nodes: Int32Array;
  readonly #edges: PairTable;
  readonly #strings: Strings;
  #path = "";
  /** What the last search found: the first `count`. */
  readonly leaves: number[] = [];
  count = 0;

  constructor({ functionName, nodes, edges }: PathNodes, strings: Strings) {
    this.#functionName = functionName;
    this.#nodes = nodes;
    this.#edges = new PairTable(edges);
    this.#strings = strings;
  }

  /** Makes `leaves` those with a pattern that may match, and some that don't. */
  search(path: string): void {
    this.#path = comparedPath(this.#functionName, path);
    this.leaves[0] = OTHER_PATTERNS;
    this.count = 1;
    this.#searchBelow(0, 0);
  }

  /** From the segment that begins at `from`; behind the end there is none. */
  #searchBelow(node: number, from: number): void {
    const flags = this.#nodes[node] ?? 0;
    const path = this.#path;
    if (from > path.length) {
      if ((flags & ENDS_HERE) !== 0) this.leaves[this.count++] = node * 2;
      return;
    }
    if ((flags & ENDS_BELOW) !== 0) this.leaves[this.count++] = node * 2 + 1;
    if (flags < HAS_EDGES) return;
    const slash = path.indexOf("/", from);
    const to = slash < 0 ? path.length : slash;
    if ((flags & HAS_EDGES) !== 0) this.#searchEdge(node, from, to);
    const parameter = flags >> FLAG_BITS;
    if (parameter !== 0) this.#searchBelow(parameter, to + 1);
  }

  /** Below the edge of the segment between two places, if there is one. */
  #searchEdge(node: number, from: number, to: number): void {
    const segment = this.#strings.find(this.#path, from, to);
    if (segment === UNKNOWN) return;
    const below = this.#edges.find(node, segment);
    if (below !== NO_PAIR) this.#searchBelow(below + 1, to + 1);
  }
}
