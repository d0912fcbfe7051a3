// A regular expression as a program for parallel threads (Pike's virtual machine, without captures).

/** A pattern that can't be run in bounded time; the message says what to write. */
export class RegexError extends Error {}

/** What a thread does next; `one` and `other` are places in the program. */
export type Instruction =
  | { readonly kind: "unit"; readonly accepts: UnitTest }
  | { readonly kind: "assert"; readonly holds: Assertion }
  | { readonly kind: "split"; one: number; other: number }
  | { readonly kind: "match" };

/** Whether one UTF-16 code unit is taken. */
export type UnitTest = (unit: number) => boolean;
export type Assertion = (text: string, at: number) => boolean;

/** Running time is the text's length times this. */
const MAX_INSTRUCTIONS = 256;
const MAX_DEPTH = 32;
const TOO_LARGE = "too large; write repetitions such as {1,200} as + and split long patterns";

/**
 * ECMA-262 section 22.2 and annex B for patterns without flags, but for look-around, back-references,
 * names and octal escapes. `source` is one that RegExp takes. Only whether it matches is kept, so lazy
 * and greedy are the same.
 * @throws RegexError
 */
export function regexProgram(source: string): readonly Instruction[] {
  const program = new Reader(source).whole();
  program.push({ kind: "match" });
  return program;
}

type Fragment = Instruction[];

/** A backslash before a c that names no control character stands for itself. */
const ATOM =
  /\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c[A-Za-z]|(?=c)|[^])|\[(?:\\[^]|[^\]\\])*\]|[^()|\\[]/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;

class Reader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): Fragment {
    const program = this.#alternatives();
    if (this.#at < this.#source.length) throw new RegexError("not a valid regular expression");
    return program;
  }

  #alternatives(): Fragment {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new RegexError(`groups nested deeper than ${MAX_DEPTH}`);
    let program = this.#sequence();
    while (this.#source[this.#at] === "|") {
      this.#at += 1;
      program = either(program, this.#sequence());
    }
    this.#depth -= 1;
    return program;
  }

  #sequence(): Fragment {
    const program: Fragment = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at] ?? "")) {
      append(program, this.#repeated(this.#term()));
    }
    return program;
  }

  #term(): Fragment {
    if (this.#source[this.#at] === "(") return this.#group();
    const [atom] = this.#take(ATOM) ?? [];
    if (atom === undefined) throw new RegexError("not a valid regular expression");
    if (/^\\[1-9k]|^\\0/.test(atom)) {
      throw new RegexError("back-references and octal escapes are not supported");
    }
    const holds = ASSERTIONS.get(atom);
    return [holds ? { kind: "assert", holds } : { kind: "unit", accepts: unitTest(atom) }];
  }

  #group(): Fragment {
    this.#at += 1;
    if (this.#source.startsWith("?:", this.#at)) this.#at += 2;
    else if (this.#source[this.#at] === "?") {
      throw new RegexError("look-around, named groups and flags are not supported");
    }
    const program = this.#alternatives();
    this.#at += 1;
    return program;
  }

  #repeated(program: Fragment): Fragment {
    const match = this.#take(QUANTIFIER);
    if (match === null) return program;
    const [, sign, least, comma, most] = match;
    if (sign === "*") return repeat(program, 0, Infinity);
    if (sign === "+") return repeat(program, 1, Infinity);
    if (sign === "?") return repeat(program, 0, 1);
    if (comma === undefined) return repeat(program, Number(least), Number(least));
    return repeat(program, Number(least), most === "" ? Infinity : Number(most));
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    this.#at += match?.[0].length ?? 0;
    return match;
  }
}

const WORD = /\w/;
const isBoundary: Assertion = (text, at) =>
  WORD.test(text[at - 1] ?? "") !== WORD.test(text[at] ?? "");
const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  ["^", (_, at) => at === 0],
  ["$", (text, at) => at === text.length],
  ["\\b", isBoundary],
  ["\\B", (text, at) => !isBoundary(text, at)],
]);

const ASCII = 128;

/** What the atom says of each unit is asked of RegExp itself, for ASCII once. */
function unitTest(atom: string): UnitTest {
  const alone = new RegExp(`^${"{}]\\".includes(atom) ? `\\${atom}` : atom}$`);
  const accepts = (unit: number): boolean => alone.test(String.fromCharCode(unit));
  const ascii = Uint8Array.from({ length: ASCII }, (_, unit) => Number(accepts(unit)));
  return (unit) => (unit < ASCII ? ascii[unit] === 1 : accepts(unit));
}

/** Places are relative to a fragment's start until it is put behind another. */
function append(program: Fragment, next: Fragment): void {
  const by = program.length;
  if (by + next.length > MAX_INSTRUCTIONS) {
    throw new RegexError(TOO_LARGE);
  }
  for (const each of next) {
    program.push(
      each.kind === "split" ? { ...each, one: each.one + by, other: each.other + by } : each,
    );
  }
}

function either(one: Fragment, other: Fragment): Fragment {
  const program: Fragment = [{ kind: "split", one: 1, other: one.length + 2 }];
  append(program, one);
  const behind = program.length + 1 + other.length;
  program.push({ kind: "split", one: behind, other: behind });
  append(program, other);
  return program;
}

function repeat(program: Fragment, least: number, most: number): Fragment {
  const copies = most === Infinity ? least : most;
  if (copies > MAX_INSTRUCTIONS) throw new RegexError(TOO_LARGE);
  const repeated: Fragment = [];
  for (let times = 0; times < least; times++) append(repeated, program);
  if (most === Infinity) {
    append(repeated, [
      { kind: "split", one: 1, other: program.length + 2 },
      ...shifted(program),
      { kind: "split", one: 0, other: 0 },
    ]);
  } else {
    const optional = [
      { kind: "split", one: 1, other: program.length + 1 } as const,
      ...shifted(program),
    ];
    for (let times = least; times < most; times++) append(repeated, optional);
  }
  return repeated;
}

function shifted(program: Fragment): Fragment {
  const behind: Fragment = [{ kind: "match" }];
  append(behind, program);
  return behind.slice(1);
}
