// Many patterns as one graph of characters, common beginnings shared: which of them match a text.
import { entry } from "../../core/entry.ts";
import type { Atom, Sequence } from "./atom.ts";

class Node {
  readonly id: number;
  readonly literals = new Map<string, Node>();
  readonly classes = new Map<string, { readonly atom: Atom; readonly next: Node }>();
  /** Reached without a character: nodes that repeat one. */
  readonly repeats = new Map<string, Node>();
  /** What may come again and again while here. */
  readonly loop: Atom | null;
  readonly accepts: number[] = [];

  constructor(id: number, loop: Atom | null) {
    this.id = id;
    this.loop = loop;
  }
}

/** Nodes that are reached together, in the order of their numbers. */
export type Place = readonly Node[];

export class PatternGraph {
  #nodes = 0;
  readonly #root = this.#make(null);

  /** Sequences with the same number count as one pattern. */
  add(sequences: readonly Sequence[], pattern: number): void {
    for (const sequence of sequences) {
      let node = this.#root;
      for (const atom of sequence) node = this.#after(node, atom);
      if (!node.accepts.includes(pattern)) node.accepts.push(pattern);
    }
  }

  start(): Place {
    return closed(new Set([this.#root]));
  }

  step(place: Place, char: string): Place {
    const reached = new Set<Node>();
    for (const node of place) {
      const literal = node.literals.get(char);
      if (literal !== undefined) reached.add(literal);
      for (const { atom, next } of node.classes.values()) if (atom.matches(char)) reached.add(next);
      if (node.loop?.matches(char) === true) reached.add(node);
    }
    return closed(reached);
  }

  /** The patterns that match a text, ascending. */
  matching(text: string): readonly number[] {
    let place = this.start();
    for (let at = 0; at < text.length && place.length > 0; at++) {
      place = this.step(place, text.charAt(at));
    }
    return acceptedAt(place);
  }

  #after(node: Node, atom: Atom): Node {
    if (atom.many) return entry(node.repeats, atom.key, () => this.#make(atom));
    if (atom.literal !== null) {
      return entry(node.literals, atom.literal, () => this.#make(null));
    }
    return entry(node.classes, atom.key, () => ({ atom, next: this.#make(null) })).next;
  }

  #make(loop: Atom | null): Node {
    this.#nodes += 1;
    return new Node(this.#nodes, loop);
  }
}

/** The patterns that match what was read up to here, ascending. */
export function acceptedAt(place: Place): readonly number[] {
  const [only] = place;
  if (only !== undefined && place.length === 1) return only.accepts;
  const accepted = place.flatMap(({ accepts }) => accepts);
  return accepted.length < 2 ? accepted : [...new Set(accepted)].sort((one, two) => one - two);
}

export function keyOf(place: Place): string {
  return place.map(({ id }) => id).join(" ");
}

const SLASH = "/";
const QUERY = "?";
/** Preferred in examples, in this order. */
const FRESH = "1xyzabcdefghijklmnopqrstuvw023456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_~";
const ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at));
const FIRST_OTHER = 0xe9;

/** Characters of which each one that can follow here is no different from one of them. */
export function alphabetAt(place: Place): ReadonlySet<string> {
  const literals = new Set<string>();
  let fine = false;
  for (const { literals: own, classes, loop } of place) {
    for (const char of own.keys()) literals.add(char);
    for (const { atom } of classes.values()) fine ||= atom.fine;
    if (loop === null) continue;
    fine ||= loop.fine;
    if (loop.literal !== null) literals.add(loop.literal);
  }
  const other = otherThan(literals);
  const fresh = FRESH.split("").find((char) => !literals.has(char)) ?? other;
  return new Set([fresh, ...literals, SLASH, QUERY, ...(fine ? [...ASCII, other] : [])]);
}

function otherThan(literals: ReadonlySet<string>): string {
  for (let code = FIRST_OTHER; ; code++) {
    const char = String.fromCharCode(code);
    if (!literals.has(char)) return char;
  }
}

/** With all that is reached without a character. */
function closed(reached: Set<Node>): Place {
  for (const node of reached) for (const next of node.repeats.values()) reached.add(next);
  return [...reached].sort((one, two) => one.id - two.id);
}
