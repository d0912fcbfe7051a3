// Path patterns sorted by their segments, as flat arrays: finds those that may match a path, never missing one.
import { sharedInts } from "./int-list.ts";
import { NO_PAIR, PairNumbering, type PairSlots, PairTable } from "./pair-table.ts";
import { comparedPath, type PathShape, shapeOf } from "./path-shape.ts";
import type { StringInterner } from "./string-interner.ts";
import type { Strings } from "./strings.ts";

/**
 * Node 0 is the root. A leaf is where patterns end: node * 2 there, node * 2 + 1 with a star behind it. Where a
 * pattern is the only one below a node it goes no further down: node * 2 + 1 is its leaf, whatever the rest of a path.
 */
export interface PathNodes {
  readonly functionName: string;
  /**
   * Number of node and hash of segment to the node below and its cell of `nodes`. Segments that have the same hash
   * share a node: then patterns are found that don't match, as they may be.
   */
  readonly edges: PairSlots;
  /** By node: flags, and above them the node below that any segment leads to, 0 for none. */
  readonly nodes: Int32Array;
}

const ENDS_HERE = 1;
const ENDS_BELOW = 2;
/** One pattern is all there is below. */
const IS_LAST = 4;
const HAS_EDGES = 8;
const FLAG_BITS = 4;

/** The leaf of patterns that are regular expressions of their own: nothing else ends at the root. */
const OTHER_PATTERNS = 0;

/** In place of a node's only pattern: none yet, or several. */
const FREE = -1;
const SHARED = -2;
/** In place of a node: the pattern goes no further. */
const ENDED = -1;

interface Pattern {
  /** Of its string. */
  readonly id: number;
  readonly shape: PathShape;
}

/** Patterns are numbers of strings, and those known when it is made. */
export class PathTrieBuilder {
  readonly #functionName: string;
  readonly #strings: StringInterner;
  readonly #edges = new PairNumbering();
  /** By edge, the node below. */
  readonly #below: number[] = [];
  /** By node. */
  readonly #flags: number[] = [0];
  readonly #parameters: number[] = [0];
  readonly #only: number[] = [FREE];
  /** By pattern, its leaf + 1. */
  readonly #leaves: Int32Array;

  constructor(functionName: string, strings: StringInterner) {
    this.#functionName = functionName;
    this.#strings = strings;
    this.#leaves = new Int32Array(strings.count);
  }

  /** More than the numbers of all leaves. */
  get leaves(): number {
    return this.#flags.length * 2;
  }

  add(id: number): void {
    if (this.#leaves[id] !== 0) return;
    const shape = this.#shapeOf(id);
    if (shape === null) {
      this.#flag(0, ENDS_HERE);
      this.#leaves[id] = OTHER_PATTERNS + 1;
    } else this.#place({ id, shape });
  }

  /** Of a pattern that was added, when all are. */
  leafOf(id: number): number {
    return (this.#leaves[id] ?? 0) - 1;
  }

  build(): PathNodes {
    const nodes = sharedInts(this.#flags.length);
    for (let node = 0; node < nodes.length; node++) nodes[node] = this.#cellOf(node);
    const edges = this.#edges.slots((edge) => {
      const below = this.#below[edge] ?? 0;
      return [below, nodes[below] ?? 0];
    });
    return { functionName: this.#functionName, edges, nodes };
  }

  #cellOf(node: number): number {
    const isLast = (this.#only[node] ?? FREE) >= 0 ? IS_LAST : 0;
    return ((this.#parameters[node] ?? 0) << FLAG_BITS) | (this.#flags[node] ?? 0) | isLast;
  }

  #shapeOf(id: number): PathShape | null {
    return shapeOf(this.#functionName, this.#strings.text(id));
  }

  /** As far down as there are others. */
  #place(pattern: Pattern): void {
    let node = 0;
    for (let depth = 0; node !== ENDED; depth++) {
      if (this.#only[node] === FREE) return this.#settle(pattern.id, node);
      this.#share(node, depth);
      node = this.#descend(pattern, node, depth);
    }
  }

  #settle(id: number, node: number): void {
    this.#only[node] = id;
    this.#leaves[id] = node * 2 + 2;
  }

  /** Sends the only pattern of a node further down. */
  #share(node: number, depth: number): void {
    const id = this.#only[node] ?? SHARED;
    if (id === SHARED) return;
    this.#only[node] = SHARED;
    const shape = this.#shapeOf(id);
    if (shape === null) return;
    const below = this.#descend({ id, shape }, node, depth);
    if (below !== ENDED) this.#settle(id, below);
  }

  /** Where the pattern's next segment leads, or its end. */
  #descend({ id, shape }: Pattern, node: number, depth: number): number {
    const segment = shape.segments[depth];
    if (segment === null) return (this.#parameters[node] ||= this.#newNode());
    if (segment !== undefined) return this.#nodeBelow(node, this.#strings.hash(segment));
    this.#flag(node, shape.tail ? ENDS_BELOW : ENDS_HERE);
    this.#leaves[id] = node * 2 + (shape.tail ? 2 : 1);
    return ENDED;
  }

  #nodeBelow(node: number, segment: number): number {
    this.#flag(node, HAS_EDGES);
    const edge = this.#edges.numberOf(node, segment);
    return (this.#below[edge] ??= this.#newNode());
  }

  #newNode(): number {
    this.#parameters.push(0);
    this.#only.push(FREE);
    return this.#flags.push(0) - 1;
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
    this.count = 0;
    const cell = this.#nodes[0] ?? 0;
    if ((cell & ENDS_HERE) !== 0) this.leaves[this.count++] = OTHER_PATTERNS;
    this.#searchBelow(0, cell, 0);
  }

  /** From the segment that begins at `from`; behind the end there is none. */
  #searchBelow(node: number, cell: number, from: number): void {
    const path = this.#path;
    if ((cell & IS_LAST) !== 0) {
      this.leaves[this.count++] = node * 2 + 1;
      return;
    }
    if (from > path.length) {
      if ((cell & ENDS_HERE) !== 0) this.leaves[this.count++] = node * 2;
      return;
    }
    if ((cell & ENDS_BELOW) !== 0) this.leaves[this.count++] = node * 2 + 1;
    if (cell < HAS_EDGES) return;
    const next =
      (cell & HAS_EDGES) === 0 ? behindSegment(path, from) : this.#searchEdge(node, from);
    const parameter = cell >> FLAG_BITS;
    if (parameter !== 0) this.#searchBelow(parameter, this.#nodes[parameter] ?? 0, next);
  }

  /** Below the edge of a segment, if there is one; where the next segment begins. */
  #searchEdge(node: number, from: number): number {
    const at = this.#edges.find(node, this.#strings.hashSegment(this.#path, from));
    const next = this.#strings.end + 1;
    if (at !== NO_PAIR) this.#searchBelow(this.#edges.first(at), this.#edges.second(at), next);
    return next;
  }
}

function behindSegment(path: string, from: number): number {
  const slash = path.indexOf("/", from);
  return (slash < 0 ? path.length : slash) + 1;
}
