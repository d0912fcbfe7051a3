// Reads a rules file as casbin's file adapter does, but strictly: what that would guess is a fault.
import { type Chars, sharedChars, textBetween } from "../image/chars.ts";
import { firstsOf } from "../image/rule-table.ts";
import { IntList } from "../image/int-list.ts";
import { StringInterner } from "../image/string-interner.ts";
import { MAX_FIELD_CHARS, MAX_RULES, MAX_RULES_CHARS } from "../limits.ts";
import { fieldsOfLine } from "./rule-line.ts";
import type { Rule } from "./rule.ts";
import type { ReportFault } from "../source.ts";

/** The rules of a file in order, as numbers of strings: objects for a million of them would take seconds. */
export interface ScannedRules {
  readonly strings: StringInterner;
  readonly chars: Chars;
  /** The cells of rule n begin at starts[n] and end at starts[n + 1]: its type, then its fields. */
  readonly cells: IntList;
  readonly starts: IntList;
  /** Three for each rule: its line, and where its text begins and ends in `chars`. */
  readonly places: IntList;
  readonly count: number;
}

const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const COMMA = 44;

/** What a character means in a line; in a line that has none of GRAMMAR, nothing can be read in two ways. */
const GRAMMAR = 0;
const BLANK = 1;
const PLAIN = 2;

const KINDS: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code === 32 || code === 9) return BLANK;
  if (code === COMMA) return GRAMMAR;
  return code > 32 && code < 127 && !'"()'.includes(String.fromCharCode(code)) ? PLAIN : GRAMMAR;
});

/** Lines that can't be read are reported and left out. `seed`: any number that nobody knows. */
export function scanRules(text: string, seed: number, report: ReportFault): ScannedRules {
  const isTooLong = text.length > MAX_RULES_CHARS;
  if (isTooLong) report(0, `the rules are longer than ${MAX_RULES_CHARS} characters`);
  const scanner = new RulesScanner(isTooLong ? "" : text.replace(/^\uFEFF/, ""), seed, report);
  scanner.scan();
  return scanner;
}

/** As objects, for whoever has time for each of them. */
export function readRules(text: string, file: string, report: ReportFault): readonly Rule[] {
  const rules = scanRules(text, 0, report);
  const firsts = firstsOf(rules);
  return Array.from({ length: rules.count }, (_, rule) => {
    const cells = Array.from(cellsOf(rules, rule), (id) => rules.strings.text(id));
    const [ptype = "", ...fields] = cells;
    const [line, from, to] = [0, 1, 2].map((place) => rules.places.at(rule * 3 + place));
    const source = `${file}:${rules.places.at((firsts[rule] ?? 0) * 3)}`;
    return {
      ptype,
      fields,
      text: textBetween(rules.chars, from ?? 0, to ?? 0),
      line: line ?? 0,
      source,
    };
  });
}

function* cellsOf({ cells, starts }: ScannedRules, rule: number): Generator<number> {
  for (let at = starts.at(rule); at < starts.at(rule + 1); at++) yield cells.at(at);
}

class RulesScanner implements ScannedRules {
  readonly chars: Chars;
  readonly strings: StringInterner;
  readonly cells = new IntList();
  readonly starts = new IntList();
  readonly places = new IntList();
  count = 0;
  readonly #report: ReportFault;
  #line = 0;

  constructor(text: string, seed: number, report: ReportFault) {
    this.chars = sharedChars(text);
    this.strings = new StringInterner(this.chars, seed);
    this.#report = report;
    this.starts.push(0);
  }

  scan(): void {
    const { chars } = this;
    for (let from = 0; from < chars.length;) {
      const newline = chars.indexOf(NEWLINE, from);
      const to = newline < 0 ? chars.length : newline;
      this.#line += 1;
      this.#readLine(from, to);
      if (this.count > MAX_RULES) return this.#report(this.#line, `more than ${MAX_RULES} rules`);
      from = to + 1;
    }
  }

  #readLine(from: number, to: number): void {
    const { chars } = this;
    const [begin, end] = this.#trimmed(from, chars[to - 1] === RETURN ? to - 1 : to);
    if (begin >= end || chars[begin] === HASH) return;
    if (this.#readPlain(begin, end)) this.#add(begin, end);
    else this.#readByGrammar(from, to);
  }

  #trimmed(from: number, to: number): readonly [number, number] {
    const { chars } = this;
    let begin = from;
    let end = to;
    while (begin < end && KINDS[chars[begin] ?? 0] === BLANK) begin += 1;
    while (begin < end && KINDS[chars[end - 1] ?? 0] === BLANK) end -= 1;
    return [begin, end];
  }

  /** Cells end at commas and are trimmed; false, and nothing kept, where there is more to it. */
  #readPlain(from: number, to: number): boolean {
    const { chars, cells } = this;
    const before = cells.length;
    for (let begin = from; begin <= to;) {
      const end = this.#readCell(begin, to);
      if (end < to && chars[end] !== COMMA) {
        cells.truncate(before);
        return false;
      }
      begin = end + 1;
    }
    return true;
  }

  /** Where the cell ends that begins behind blanks; -1 where it is none of plain characters. */
  #readCell(from: number, to: number): number {
    const { chars } = this;
    let begin = from;
    while (begin < to && KINDS[chars[begin] ?? 0] === BLANK) begin += 1;
    let at = begin;
    let end = begin;
    for (; at < to; at++) {
      const kind = KINDS[chars[at] ?? 0];
      if (kind === PLAIN) end = at + 1;
      else if (kind !== BLANK) break;
    }
    if (begin === end || end - begin > MAX_FIELD_CHARS) return -1;
    this.cells.push(this.strings.intern(begin, end));
    return at;
  }

  #readByGrammar(from: number, to: number): void {
    const raw = textBetween(this.chars, from, to);
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) return;
    // Casbin's reader ends a record there, even where only blanks follow.
    if (raw.slice(0, -1).includes("\r")) return this.#report(this.#line, "a stray carriage return");
    const fields = fieldsOfLine(content, (message) => this.#report(this.#line, message));
    if (fields === null) return;
    for (const field of fields) this.cells.push(this.strings.internText(field));
    const begin = from + raw.length - raw.trimStart().length;
    this.#add(begin, begin + content.length);
  }

  #add(from: number, to: number): void {
    this.starts.push(this.cells.length);
    this.places.push(this.#line);
    this.places.push(from);
    this.places.push(to);
    this.count += 1;
  }
}
