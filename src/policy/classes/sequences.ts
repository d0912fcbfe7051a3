// Reads a regular expression as alternatives, each a plain sequence of characters and classes.
import type { Atom, Sequence } from "./atom.ts";
import { ANY, literal, oneOf } from "./atom.ts";

/** An alternative while it is read; anchors become what they say once it is whole. */
type Item = Atom | "^" | "$";
type Items = readonly Item[];

/** Beyond these an expression is not worth its size. */
const MAX_SEQUENCES = 64;
const MAX_ATOMS = 2048;

/**
 * What the expression finds in a text without line breaks (they alone tell `.` from any character),
 * as whole texts; null for what no plain sequence says: repeated groups, counts, assertions.
 */
export function sequencesOf(expression: string): readonly Sequence[] | null {
  const reader = new Reader(expression);
  const alternatives = reader.alternatives();
  if (alternatives === null || !reader.atEnd()) return null;
  const sequences: Sequence[] = [];
  for (const items of alternatives) {
    const sequence = anchored(items);
    if (sequence === null) return null;
    sequences.push(sequence);
  }
  return sequences;
}

/** Without an anchor anything may stand before or behind it. */
function anchored(items: Items): Sequence | null {
  const begins = items[0] === "^";
  const ends = items.at(-1) === "$";
  const inner = items.slice(begins ? 1 : 0, ends ? -1 : undefined);
  const atoms = inner.filter((item) => typeof item !== "string");
  if (atoms.length < inner.length) return null;
  const anything = { ...ANY, many: true };
  return [...(begins ? [] : [anything]), ...atoms, ...(ends ? [] : [anything])];
}

const ESCAPED_CLASS = /[dDwW]/;
const QUANTIFIER = /[*+?]/;
/** Its ranges would need more than a look at each ASCII character. */
const NOT_ASCII = /[^ -~]|\\[^dDwW\W]/;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  alternatives(): readonly Items[] | null {
    const all: Items[] = [];
    for (;;) {
      const sequences = this.#sequence();
      if (sequences === null) return null;
      all.push(...sequences);
      if (this.#peek() !== "|") return bounded(all);
      this.#at += 1;
    }
  }

  /** A group multiplies what stands around it. */
  #sequence(): readonly Items[] | null {
    let all: readonly Items[] = [[]];
    while (!this.atEnd() && this.#peek() !== "|" && this.#peek() !== ")") {
      const next = this.#repeated();
      if (next === null) return null;
      const joined = bounded(all.flatMap((items) => next.map((more) => [...items, ...more])));
      if (joined === null) return null;
      all = joined;
    }
    return all;
  }

  #repeated(): readonly Items[] | null {
    const item = this.#item();
    if (item === null || !QUANTIFIER.test(this.#peek())) return item;
    const quantifier = this.#peek();
    this.#at += 1;
    // A lazy quantifier finds the same texts.
    if (this.#peek() === "?") this.#at += 1;
    if (quantifier === "?") return [[], ...item];
    const atom = onlyAtom(item);
    if (atom === null) return null;
    const many = { ...atom, many: true };
    return [quantifier === "+" ? [atom, many] : [many]];
  }

  #item(): readonly Items[] | null {
    const char = this.#peek();
    this.#at += 1;
    if (char === "^" || char === "$") return [[char]];
    if (char === ".") return [[ANY]];
    if (char === "(") return this.#group();
    if (char === "[") return this.#class();
    if (char === "\\") return this.#escape();
    return /[*+?{}\]]/.test(char) ? null : [[literal(char)]];
  }

  #group(): readonly Items[] | null {
    if (this.#peek() === "?") {
      if (!this.#text.startsWith("?:", this.#at)) return null;
      this.#at += 2;
    }
    const inner = this.alternatives();
    if (inner === null || this.#peek() !== ")") return null;
    this.#at += 1;
    return inner;
  }

  #class(): readonly Items[] | null {
    const [text = ""] = /^\^?(?:\\.|[^\]\\])+\]/.exec(this.#text.slice(this.#at)) ?? [];
    if (text === "" || NOT_ASCII.test(text)) return null;
    this.#at += text.length;
    return [[oneOf(`[${text}`)]];
  }

  #escape(): readonly Items[] | null {
    const char = this.#peek();
    this.#at += 1;
    if (ESCAPED_CLASS.test(char)) return [[oneOf(`\\${char}`)]];
    return char === "" || /\w/.test(char) ? null : [[literal(char)]];
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }
}

/** null for a group, an anchor, or what is repeated already. */
function onlyAtom(alternatives: readonly Items[]): Atom | null {
  const [first = [], ...others] = alternatives;
  const [atom, ...rest] = first;
  if (others.length > 0 || rest.length > 0) return null;
  return atom === undefined || typeof atom === "string" || atom.many ? null : atom;
}

function bounded(all: readonly Items[]): readonly Items[] | null {
  const atoms = all.reduce((sum, items) => sum + items.length, 0);
  return all.length > MAX_SEQUENCES || atoms > MAX_ATOMS ? null : all;
}
