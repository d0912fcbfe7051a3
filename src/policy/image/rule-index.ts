// The rules that one alternative of a matcher may hold for, sorted into groups by all that can be looked up.
import {
  compileTest,
  type Fields,
  type MatcherParts,
  type Test,
} from "../matcher/compile-matcher.ts";
import type { Expression, PolicyModel } from "../model/model.ts";
import type { AccessPath, Pair } from "./access-path.ts";
import { columnsOf } from "./columns.ts";
import { sharedInts } from "./int-list.ts";
import { PairNumbering, type PairSlots } from "./pair-table.ts";
import { type PathNodes, PathTrieBuilder } from "./path-trie.ts";
import type { RuleTable } from "./rule-table.ts";
import type { StringInterner } from "./string-interner.ts";

/**
 * A group has the rules with the same path leaf and the same values in all compared columns. It is found along a
 * chain of pairs: leaf (or first value) and next value, that pair's number and the value after that, ...
 */
export interface RuleIndex {
  readonly paths: PathNodes | null;
  /**
   * A table for each link of the chain. Pairs lead to their number; those of the last link to where the rows of a
   * group begin and end in `rows`, or, as most groups have but one, to that row and ONE_ROW.
   */
  readonly levels: readonly PairSlots[];
  /** Where there is no link: by leaf or first value, where its rows begin; they end where the next one's begin. */
  readonly starts: Int32Array | null;
  /** Rows of the rule table, ascending within a group; with roles, ascending for each role of it. */
  readonly rows: Int32Array;
  /** With a role term, the role each of `rows` asks for, ascending within a group. */
  readonly roles: Int32Array | null;
}

/** In place of where a group ends. */
export const ONE_ROW = -1;

export interface IndexParts {
  readonly access: AccessPath;
  readonly model: PolicyModel;
  readonly table: RuleTable;
  readonly strings: StringInterner;
  readonly parts: MatcherParts;
}

export function ruleIndexOf(given: IndexParts): RuleIndex {
  const { access, table, strings } = given;
  const { role } = access;
  const kept = keptRows(given);
  const trie = trieOf(given, kept);
  const { groups, count, levels } = groupingOf(given, kept, trie);
  let order: Int32Array = kept.map((_, at) => at);
  const roleOf = (at: number): number => valueOf(table, kept[at] ?? 0, role?.column ?? 0);
  if (role !== null) order = sortedBy(order, roleOf, strings.count).order;
  const grouped = sortedBy(order, (at) => groups[at] ?? 0, count);
  const rows = shared(grouped.order, (at) => kept[at] ?? 0);
  return {
    paths: trie?.build() ?? null,
    ...tablesOf(levels, { starts: grouped.starts, rows }),
    rows,
    roles: role === null ? null : shared(grouped.order, roleOf),
  };
}

function trieOf({ access, table, strings }: IndexParts, kept: Int32Array): PathTrieBuilder | null {
  if (access.path === null) return null;
  const { functionName, column } = access.path;
  const trie = new PathTrieBuilder(functionName, strings);
  for (const row of kept) trie.add(valueOf(table, row, column));
  return trie;
}

function valueOf({ fields, width }: RuleTable, row: number, column: number): number {
  return fields[row * width + column] ?? 0;
}

/** Without rows for which a term that only reads the rule does not hold. */
function keptRows({ access, model, table, strings, parts }: IndexParts): Int32Array {
  const filters = access.ofRule.map((term) => filterOf(term, { model, table, strings, parts }));
  const rows = Int32Array.from({ length: table.count }, (_, row) => row);
  return filters.length === 0 ? rows : rows.filter((row) => filters.every((holds) => holds(row)));
}

/** Asks each text of a column once, where the term reads but one. */
function filterOf(
  term: Expression,
  { model, table, strings, parts }: Omit<IndexParts, "access">,
): (row: number) => boolean {
  const test = compileTest(term, parts);
  const columns = columnsOf(term, model);
  const known = new Map<number, boolean>();
  return (row) => {
    const only = columns.length === 1 ? valueOf(table, row, columns[0] ?? 0) : -1;
    const before = known.get(only);
    if (before !== undefined && columns.length === 1) return before;
    const fields: string[] = [];
    for (const column of columns) fields[column] = strings.text(valueOf(table, row, column));
    const holds = mayHold(test, fields);
    known.set(only, holds);
    return holds;
  };
}

/** What throws is kept: the request that comes to it is an error then, not a decision without that rule. */
function mayHold(test: Test, fields: Fields): boolean {
  try {
    return test([], fields);
  } catch {
    return true;
  }
}

/** The numbers of the groups that rows are in, and the pairs that lead to them. */
interface Grouping {
  readonly groups: Int32Array;
  readonly count: number;
  readonly levels: readonly PairNumbering[];
}

function groupingOf(given: IndexParts, kept: Int32Array, trie: PathTrieBuilder | null): Grouping {
  const { access, table, strings } = given;
  const [first, ...others] = access.equal;
  const linked: readonly Pair[] = trie === null ? others : access.equal;
  let count = trie?.leaves ?? (first === undefined ? 1 : strings.count);
  let groups = kept.map((row) => {
    if (trie !== null) return trie.leafOf(valueOf(table, row, access.path?.column ?? 0));
    return first === undefined ? 0 : valueOf(table, row, first.column);
  });
  const levels = linked.map(({ column }) => {
    const level = new PairNumbering();
    groups = groups.map((group, at) => {
      return level.numberOf(group, valueOf(table, kept[at] ?? 0, column));
    });
    count = level.count;
    return level;
  });
  return { groups, count, levels };
}

interface Grouped {
  /** By group, where its rows begin; one more than there are groups. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

function tablesOf(
  levels: readonly PairNumbering[],
  grouped: Grouped,
): Pick<RuleIndex, "levels" | "starts"> {
  const last = levels.at(-1);
  if (last === undefined) return { levels: [], starts: grouped.starts };
  const before = levels.slice(0, -1).map((level) => level.slots((number) => [number, 0]));
  return { levels: [...before, last.slots((group) => rowsOf(group, grouped))], starts: null };
}

function rowsOf(group: number, { starts, rows }: Grouped): readonly [number, number] {
  const from = starts[group] ?? 0;
  const to = starts[group + 1] ?? 0;
  return to - from === 1 ? [rows[from] ?? 0, ONE_ROW] : [from, to];
}

/** Counting sort; what has the same key stays in its order. */
function sortedBy(
  order: Int32Array,
  keyOf: (item: number) => number,
  keys: number,
): { readonly order: Int32Array; readonly starts: Int32Array } {
  const starts = sharedInts(keys + 1);
  for (const item of order) {
    const key = keyOf(item) + 1;
    starts[key] = (starts[key] ?? 0) + 1;
  }
  for (let key = 0; key < keys; key++)
    starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
  const next = starts.slice();
  const sorted = new Int32Array(order.length);
  for (const item of order) {
    const key = keyOf(item);
    const at = next[key] ?? 0;
    next[key] = at + 1;
    sorted[at] = item;
  }
  return { order: sorted, starts };
}

function shared(items: Int32Array, valueOfItem: (item: number) => number): Int32Array {
  const values = sharedInts(items.length);
  for (let at = 0; at < items.length; at++) values[at] = valueOfItem(items[at] ?? 0);
  return values;
}
