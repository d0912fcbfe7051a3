// Paths as a tree of segments, in which ids become one parameter: what templates are read from.
import { entry } from "../../core/entry.ts";
import { isIdentifier } from "./identifiers.ts";
import { addPath, addUse, newUse, pathsOf, type PathUse, type Use } from "./use.ts";

/** Segments of a template; null is a parameter. */
export type Template = readonly (string | null)[];

export interface Used {
  readonly template: Template;
  readonly method: string;
  readonly subject: string;
  readonly use: Use;
}

export interface PathTree {
  /** False once the tree is full: then what it says is not all. */
  readonly add: (who: Asked, seen: PathUse) => boolean;
  /** All uses by their templates; ends the tree. */
  readonly templates: () => readonly Used[];
}

export interface Asked {
  readonly subject: string;
  readonly path: string;
  readonly method: string;
}

interface Node {
  readonly children: Map<string, Node>;
  parameter: Node | null;
  /** Had more names than can be told apart: what comes is one more. */
  isCrowded: boolean;
  /** By method, by subject. */
  readonly uses: Map<string, Map<string, Use>>;
}

/** More names than this under one prefix, and they are taken for ids, if what is below them is alike. */
const MOST_NAMES = 50;
/** More than this, and they are, whatever is below them: the tree stays small while it grows. */
const MOST_CHILDREN = 1000;
/** Nodes, and uses by one caller of one template; some hundred bytes each. */
const MOST_PARTS = 400_000;
/** Paths kept of all uses together; uses beyond it can only be templates. */
const MOST_KEPT_PATHS = 1_000_000;
/** The root and the empty segment before the first slash: what stands below are names of services, mostly. */
const KEPT_DEPTH = 1;

export function createPathTree(): PathTree {
  let room = MOST_PARTS;
  let pathRoom = MOST_KEPT_PATHS;
  const made = <T>(part: T): T => {
    room -= 1;
    return part;
  };
  const root = newNode();
  const leafOf = (path: string): Node => {
    let node = root;
    for (const segment of path.split("/")) {
      if (node.children.size > MOST_CHILDREN) absorb(node);
      if (node.isCrowded || isIdentifier(segment)) node = node.parameter ??= made(newNode());
      else node = entry(node.children, segment, () => made(newNode()));
    }
    return node;
  };
  return {
    add: ({ subject, path, method }, seen) => {
      if (room <= 0) return false;
      const bySubject = entry(leafOf(path).uses, method, () => new Map<string, Use>());
      const use = entry(bySubject, subject, () => made(newUse()));
      pathRoom += pathsOf(use);
      if (pathRoom <= pathsOf(use)) use.paths = null;
      addPath(use, path, seen);
      pathRoom -= pathsOf(use);
      return true;
    },
    templates: () => {
      generalize(root, 0);
      return [...usedIn(root, [])];
    },
  };
}

function newNode(): Node {
  return { children: new Map(), parameter: null, isCrowded: false, uses: new Map() };
}

/** From the leaves up, since what is below two names may be alike only once its own ids are one. */
function generalize(node: Node, depth: number): void {
  for (const child of [...node.children.values(), ...parameterOf(node)]) {
    generalize(child, depth + 1);
  }
  if (depth <= KEPT_DEPTH || node.children.size <= MOST_NAMES || !areAlike(node.children)) return;
  absorb(node);
  for (const child of parameterOf(node)) generalize(child, depth + 1);
}

/** Ids of one kind have the same few names below them; the names of many services do not. */
function areAlike(children: ReadonlyMap<string, Node>): boolean {
  const below = new Set<string>();
  for (const child of children.values()) for (const name of child.children.keys()) below.add(name);
  return below.size <= children.size / 4;
}

/** Makes all named children one parameter. */
function absorb(node: Node): void {
  node.parameter ??= newNode();
  for (const child of node.children.values()) merge(node.parameter, child);
  node.children.clear();
  node.isCrowded = true;
}

function merge(into: Node, from: Node): void {
  into.isCrowded ||= from.isCrowded;
  for (const [name, child] of from.children) merge(entry(into.children, name, newNode), child);
  if (from.parameter !== null) merge((into.parameter ??= newNode()), from.parameter);
  for (const [method, bySubject] of from.uses) {
    const known = entry(into.uses, method, () => new Map<string, Use>());
    for (const [subject, use] of bySubject) addUse(entry(known, subject, newUse), use);
  }
}

function parameterOf({ parameter }: Node): readonly Node[] {
  return parameter === null ? [] : [parameter];
}

function* usedIn(node: Node, template: Template): Generator<Used> {
  for (const [method, bySubject] of node.uses) {
    for (const [subject, use] of bySubject) yield { template, method, subject, use };
  }
  for (const [name, child] of node.children) yield* usedIn(child, [...template, name]);
  for (const child of parameterOf(node)) yield* usedIn(child, [...template, null]);
}
