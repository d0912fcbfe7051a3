// Finds the rules whose path pattern may match a path: by segments, never missing one that does.

/** Characters that a pattern's regular expression reads as more than themselves. */
const NOT_LITERAL = /[.*+?()[\]{}|^$\\:]/;

/** A pattern cut into segments: null for any one segment; `tail`: at least one more, of any number. */
interface PatternShape {
  readonly segments: readonly (string | null)[];
  readonly tail: boolean;
}

type ReadShape = (pattern: string) => PatternShape | null;

const SHAPES: ReadonlyMap<string, ReadShape> = new Map<string, ReadShape>([
  ["keyMatch", prefixShape],
  ["keyMatch2", (pattern) => segmentShape(pattern, /^:./)],
  ["keyMatch3", bracedShape],
  ["keyMatch4", bracedShape],
  ["keyMatch5", bracedShape],
]);

/** Whether patterns of this function can be sorted into a trie. */
export function isPathFunction(name: string): boolean {
  return SHAPES.has(name);
}

class PathNode<Leaf> {
  readonly literal = new Map<string, PathNode<Leaf>>();
  parameter: PathNode<Leaf> | null = null;
  here: Leaf | null = null;
  tail: Leaf | null = null;
}

/** Leaves by path pattern; the leaf's maker is asked once for each place in the trie. */
export class PathTrie<Leaf> {
  readonly #shapeOf: ReadShape;
  readonly #make: () => Leaf;
  /** keyMatch5 compares without the query string. */
  readonly #cutsQuery: boolean;
  readonly #root = new PathNode<Leaf>();
  /** Of patterns that are regular expressions of their own: they may match anything. */
  #others: Leaf | null = null;

  constructor(functionName: string, make: () => Leaf) {
    this.#shapeOf = SHAPES.get(functionName) ?? (() => null);
    this.#make = make;
    this.#cutsQuery = functionName === "keyMatch5";
  }

  /** The leaf of a pattern. */
  leafFor(pattern: string): Leaf {
    const shape = this.#shapeOf(pattern);
    if (shape === null) return (this.#others ??= this.#make());
    let node = this.#root;
    for (const segment of shape.segments) node = childOf(node, segment);
    if (shape.tail) return (node.tail ??= this.#make());
    return (node.here ??= this.#make());
  }

  /** Each leaf with a pattern that may match, and some that don't. */
  visit(path: string, found: (leaf: Leaf) => void): void {
    if (this.#others !== null) found(this.#others);
    const query = this.#cutsQuery ? path.indexOf("?") : -1;
    const segments = (query < 0 ? path : path.slice(0, query)).split("/");
    visitBelow(this.#root, { segments, found }, 0);
  }
}

interface Walk<Leaf> {
  readonly segments: readonly string[];
  readonly found: (leaf: Leaf) => void;
}

function visitBelow<Leaf>(node: PathNode<Leaf>, walk: Walk<Leaf>, depth: number): void {
  const segment = walk.segments[depth];
  if (segment === undefined) {
    if (node.here !== null) walk.found(node.here);
    return;
  }
  if (node.tail !== null) walk.found(node.tail);
  const literal = node.literal.get(segment);
  if (literal !== undefined) visitBelow(literal, walk, depth + 1);
  if (node.parameter !== null) visitBelow(node.parameter, walk, depth + 1);
}

function childOf<Leaf>(node: PathNode<Leaf>, segment: string | null): PathNode<Leaf> {
  if (segment === null) return (node.parameter ??= new PathNode());
  const known = node.literal.get(segment);
  if (known !== undefined) return known;
  const made = new PathNode<Leaf>();
  node.literal.set(segment, made);
  return made;
}

/** keyMatch: all up to the first star, which may stand within a segment. */
function prefixShape(pattern: string): PatternShape {
  const star = pattern.indexOf("*");
  if (star < 0) return { segments: pattern.split("/"), tail: false };
  // The segment that the prefix ends in may go on, so only those before it are sure.
  return { segments: pattern.slice(0, star).split("/").slice(0, -1), tail: true };
}

function bracedShape(pattern: string): PatternShape | null {
  return segmentShape(pattern, /^\{[^{}]+\}$/);
}

/** keyMatch2 to 5: whole-segment parameters and a star as the last segment; all else is no such shape. */
function segmentShape(pattern: string, parameter: RegExp): PatternShape | null {
  const parts = pattern.split("/");
  const tail = parts.length > 1 && parts.at(-1) === "*";
  const segments: (string | null)[] = [];
  for (const [at, part] of (tail ? parts.slice(0, -1) : parts).entries()) {
    // A parameter is one only behind a slash.
    if (at > 0 && parameter.test(part)) segments.push(null);
    else if (NOT_LITERAL.test(part)) return null;
    else segments.push(part);
  }
  return { segments, tail };
}
