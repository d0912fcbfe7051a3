// All rules of one type as flat columns: numbers of strings, and where each rule stands in the file.
import type { Rule } from "../rules/rule.ts";
import type { ScannedRules } from "../rules/rules-text.ts";
import { textBetween } from "./chars.ts";
import { sharedInts } from "./int-list.ts";
import type { Strings, StringTable } from "./strings.ts";

/** Rows in the order of evaluation. */
export interface RuleTable {
  readonly count: number;
  /** Fields of a row. */
  readonly width: number;
  /** Row by row, so that all fields of a rule are near each other. */
  readonly fields: Int32Array;
  /** Four cells a row: its line; of the first rule like it the line, and where its text begins and ends. */
  readonly places: Int32Array;
}

const PLACES = 4;

export interface TableParts {
  readonly rules: ScannedRules;
  /** Numbers of the rules that become its rows. */
  readonly order: Int32Array;
  readonly width: number;
  /** The string of a last field that is left out. */
  readonly omitted: number;
  /** By rule, the first one like it. */
  readonly firsts: Int32Array;
}

export function tableOf({ rules, order, width, omitted, firsts }: TableParts): RuleTable {
  const fields = sharedInts(order.length * width);
  const places = sharedInts(order.length * PLACES);
  order.forEach((rule, row) => {
    const from = rules.starts.at(rule) + 1;
    const given = rules.starts.at(rule + 1) - from;
    for (let column = 0; column < width; column++) {
      fields[row * width + column] = column < given ? rules.cells.at(from + column) : omitted;
    }
    const place = (firsts[rule] ?? 0) * 3;
    places[row * PLACES] = rules.places.at(rule * 3);
    places[row * PLACES + 1] = rules.places.at(place);
    places[row * PLACES + 2] = rules.places.at(place + 1);
    places[row * PLACES + 3] = rules.places.at(place + 2);
  });
  return { count: order.length, width, fields, places };
}

/** The same rows in another order. */
export function reordered(
  { count, width, fields, places }: RuleTable,
  rows: readonly number[],
): RuleTable {
  const moved = {
    count,
    width,
    fields: sharedInts(fields.length),
    places: sharedInts(places.length),
  };
  rows.forEach((from, to) => {
    moved.fields.set(fields.subarray(from * width, (from + 1) * width), to * width);
    moved.places.set(places.subarray(from * PLACES, (from + 1) * PLACES), to * PLACES);
  });
  return moved;
}

/** For each rule the first one with the same type and fields. */
export function firstsOf({ cells, starts, count }: ScannedRules): Int32Array {
  const firsts = new Int32Array(count);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(count * 2 + 2)));
  const isSame = (one: number, other: number): boolean => {
    const from = starts.at(one);
    const shift = starts.at(other) - from;
    const to = starts.at(one + 1);
    if (starts.at(other + 1) - to !== shift) return false;
    for (let at = from; at < to; at++) if (cells.at(at) !== cells.at(at + shift)) return false;
    return true;
  };
  for (let rule = 0; rule < count; rule++) {
    let hash = 0;
    for (let at = starts.at(rule); at < starts.at(rule + 1); at++) {
      hash = Math.imul(hash ^ cells.at(at), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0 && !isSame((slots[slot] ?? 0) - 1, rule)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    if (slots[slot] === 0) slots[slot] = rule + 1;
    firsts[rule] = (slots[slot] ?? 1) - 1;
  }
  return firsts;
}

/** What a table needs to be read as text. */
export interface TableText {
  readonly ptype: string;
  readonly file: string;
  readonly strings: Strings;
  readonly chars: StringTable["chars"];
}

/** The rule of a row; its texts are made when somebody asks for them. */
export function ruleOf(table: RuleTable, text: TableText, row: number): Rule {
  return new TableRule(table, text, row);
}

/** In file order, whatever the order of evaluation. */
export function rulesOf(table: RuleTable, text: TableText): readonly Rule[] {
  const rules = Array.from({ length: table.count }, (_, row) => ruleOf(table, text, row));
  return rules.sort((one, other) => one.line - other.line);
}

class TableRule implements Rule {
  readonly #table: RuleTable;
  readonly #text: TableText;
  readonly #row: number;
  #fields: readonly string[] | null = null;
  #written: string | null = null;

  constructor(table: RuleTable, text: TableText, row: number) {
    this.#table = table;
    this.#text = text;
    this.#row = row;
  }

  get ptype(): string {
    return this.#text.ptype;
  }

  get fields(): readonly string[] {
    const { fields, width } = this.#table;
    const from = this.#row * width;
    return (this.#fields ??= Array.from(fields.subarray(from, from + width), (id) =>
      this.#text.strings.text(id),
    ));
  }

  get line(): number {
    return this.#table.places[this.#row * PLACES] ?? 0;
  }

  get text(): string {
    const { places } = this.#table;
    const at = this.#row * PLACES;
    return (this.#written ??= textBetween(
      this.#text.chars,
      places[at + 2] ?? 0,
      places[at + 3] ?? 0,
    ));
  }

  get source(): string {
    return `${this.#text.file}:${this.#table.places[this.#row * PLACES + 1]}`;
  }
}
