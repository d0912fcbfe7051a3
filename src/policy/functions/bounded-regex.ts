// Regular expressions of a policy, none of which a text can make run for ages.
import { MAX_TUPLE_FIELD_CHARS } from "../limits.ts";
import { type Instruction, regexProgram } from "./regex-program.ts";

export interface BoundedRegex {
  readonly test: (text: string) => boolean;
}

/** Steps that backtracking may take for the longest text; a millisecond or so. */
const MAX_BACKTRACKS = 64 * MAX_TUPLE_FIELD_CHARS;

/**
 * RegExp where its backtracking is bounded by the pattern's shape, else threads that all walk the text
 * once (Thompson 1968): slower for short texts, and linear in long ones.
 * @throws SyntaxError where RegExp does; RegexError where it can't be bounded.
 */
export function boundedRegex(source: string): BoundedRegex {
  const native = new RegExp(source);
  if (!/\\[1-9k]|\(\?[^:]/.test(source) && backtracks(source) <= MAX_BACKTRACKS) return native;
  return new Threads(regexProgram(source));
}

/** Stands for [^/]; no other class is left by then. */
const SEGMENT_UNIT = "[]";

/** An upper bound of the ways RegExp may try on a text of MAX_TUPLE_FIELD_CHARS; Infinity: unknown. */
function backtracks(source: string): number {
  const shape = source
    .replace(/\\./gs, "e")
    .replace(/\[[^\]]*\]/g, (written) => (written === "[^/]" ? SEGMENT_UNIT : "c"))
    // A whole segment of a path ends at the next slash, so it never overlaps its neighbours.
    .replace(/(?<=\/)\[\]\+(?=\/(?![*?{])|\$|$)/g, "s")
    .replaceAll("(?:", "(");
  if (/\)[*+{]/.test(shape)) return Infinity;
  const anchored = shape.startsWith("^") && !shape.includes("|");
  const loops = count(shape, /[*+]|\{\d+,\}/g) + (anchored ? 0 : 1);
  let ways = (count(shape, /\|/g) + 1) ** (count(shape, /\(/g) + 1);
  for (const [, least, most = least] of shape.matchAll(/\{(\d+),?(\d+)?\}/g)) {
    ways *= Number(most) + 1;
  }
  ways *= 2 ** count(shape, /\?/g);
  return ways * MAX_TUPLE_FIELD_CHARS ** loops;
}

function count(text: string, sign: RegExp): number {
  return text.match(sign)?.length ?? 0;
}

/** Threads stand at places in the program, each place once; typed arrays, for this is a hot loop. */
class Threads implements BoundedRegex {
  readonly #program: readonly Instruction[];
  /** The last step at which a thread came there. */
  readonly #seen: Int32Array;
  /** Places yet to be followed, and those that wait for the next unit. */
  readonly #stack: Int32Array;
  readonly #waiting: Int32Array;
  readonly #taken: Int32Array;
  #step = 0;

  constructor(program: readonly Instruction[]) {
    const size = program.length + 1;
    this.#program = program;
    this.#seen = new Int32Array(size);
    this.#stack = new Int32Array(2 * size);
    this.#waiting = new Int32Array(size);
    this.#taken = new Int32Array(size);
  }

  test(text: string): boolean {
    let threads = 0;
    for (let at = 0; ; at++) {
      this.#begin();
      // One more starts at every place of the text.
      this.#taken[threads] = 0;
      const waiting = this.#spread(threads + 1, text, at);
      if (waiting < 0) return true;
      if (at >= text.length) return false;
      threads = this.#take(waiting, text.charCodeAt(at));
    }
  }

  #begin(): void {
    this.#step = this.#step === 2 ** 31 - 1 ? 1 : this.#step + 1;
    if (this.#step === 1) this.#seen.fill(0);
  }

  /** The number of those that can go on past the unit. */
  #take(waiting: number, unit: number): number {
    let taken = 0;
    for (let nth = 0; nth < waiting; nth++) {
      const place = this.#waiting[nth] ?? 0;
      const instruction = this.#program[place];
      if (instruction?.kind === "unit" && instruction.accepts(unit)) {
        this.#taken[taken++] = place + 1;
      }
    }
    return taken;
  }

  /** Follows what takes no text: the number of those that then wait for some, -1 where one is done. */
  #spread(threads: number, text: string, at: number): number {
    let waiting = 0;
    for (let nth = 0; nth < threads; nth++) {
      let height = this.#push(0, this.#taken[nth] ?? 0);
      while (height > 0) {
        const place = this.#stack[--height] ?? 0;
        const instruction = this.#program[place];
        if (instruction === undefined || instruction.kind === "match") return -1;
        if (instruction.kind === "unit") this.#waiting[waiting++] = place;
        else if (instruction.kind === "split") {
          height = this.#push(this.#push(height, instruction.one), instruction.other);
        } else if (instruction.holds(text, at)) height = this.#push(height, place + 1);
      }
    }
    return waiting;
  }

  /** The stack's height; nobody comes twice to a place in one step. */
  #push(height: number, place: number): number {
    if (this.#seen[place] === this.#step) return height;
    this.#seen[place] = this.#step;
    this.#stack[height] = place;
    return height + 1;
  }
}
