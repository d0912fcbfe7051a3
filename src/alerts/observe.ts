// From a rule's rows to what is to be told: those that meet its condition, one for each set of labels.
import { createHash } from "node:crypto";
import { numberOf, textOf } from "./cell.ts";
import { holds } from "./condition.ts";
import type { Labels, Row, Rule } from "./rule.ts";
import { fill, type UnitOf } from "./template.ts";

export interface Observation {
  /** Of its labels: the same alert has the same ID after a restart. */
  readonly id: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Of the first condition's column. */
  readonly value: number | null;
}

export interface Answer {
  readonly rows: readonly Row[];
  /** Also where there are no rows; left out: those of the first row are all. */
  readonly columns?: readonly string[];
  readonly unitOf: UnitOf;
}

/** A rule that finds more than this finds everything; who is told of it can't read more. */
export const MOST_ALERTS = 200;

const MOST_LABEL_CHARS = 256;
const ID_LENGTH = 16;

/** The first row of each set of labels counts: panels order their rows by weight. */
export function observe(rule: Rule, { rows, unitOf }: Answer): readonly Observation[] {
  const found = new Map<string, Observation>();
  for (const row of rows) {
    if (!rule.when.every((each) => holds(each, row[each.column]))) continue;
    const labels = labelsOf(rule, row);
    const id = idOf(labels);
    if (!found.has(id)) found.set(id, { id, labels, ...said(rule, row, unitOf) });
    if (found.size === MOST_ALERTS) break;
  }
  return [...found.values()];
}

/** What the answer lacks of what the rule names; null: nothing that can be told. */
export function missingColumn(rule: Rule, { rows, columns }: Answer): string | null {
  const known = columns ?? Object.keys(rows[0] ?? {});
  if (known.length === 0) return null;
  const named = [...rule.when.map(({ column }) => column), ...rule.by];
  const missing = named.find((column) => !known.includes(column));
  if (missing === undefined) return null;
  return `the answer has no column ${missing}; it has ${known.join(", ")}`;
}

function labelsOf({ name, severity, labels, by }: Rule, row: Row): Labels {
  const own = by.map((column) => [column, textOf(row[column]).slice(0, MOST_LABEL_CHARS)]);
  return { ...labels, ...Object.fromEntries(own), alert: name, severity };
}

function idOf(labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, ID_LENGTH);
}

function said(rule: Rule, row: Row, unitOf: UnitOf): Omit<Observation, "id" | "labels"> {
  const annotations = Object.entries(rule.annotations).map(([name, text]) => {
    return [name, fill(text, row, unitOf)];
  });
  const [first] = rule.when;
  const value = first === undefined ? null : numberOf(row[first.column]);
  return { annotations: Object.fromEntries(annotations) as Labels, value };
}
