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
 * A group has the rules with the same path leaf and the same values in all compared columns. Its number comes
 * of a chain of pairs: leaf (or first value) and next value, that pair's number and the value after that, ...
 */
export interface RuleIndex {
  readonly paths: PathNodes | null;
  /** Numbers of pairs, a table for each link of the chain. */
  readonly levels: readonly PairSlots[];
  /** By group: where its rows begin in `rows`; they end where the next group's begin. */
  readonly starts: Int32Array;
  /** Rows of the rule table, ascending within a group; with roles, ascending for each role of it. */
  readonly rows: Int32Array;
  /** With a role term, the role each of `rows` asks for, ascending within a group. */
  readonly roles: Int32Array | null;
}

export interface IndexParts {
  readonly access: AccessPath;
  readonly model: PolicyModel;
  readonly table: RuleTable;
  readonly strings: StringInterner;
  readonly parts: MatcherParts;
}

export function ruleIndexOf(given: IndexParts): () => RuleIndex {
  const { access, table } = given;
  const kept = keptRows(given);
  const trie =
    access.path === null ? null : new PathTrieBuilder(access.path.functionName, given.strings);
  const chain = chainOf(given, trie);
  const groups = kept.map((row) => chain.groupOf(row));
  // Only when the tries of all alternatives are there, the number of strings is known.
  return () => {
    const { role } = access;
    const strings = given.strings.count;
    const size = chain.size(trie, strings);
    let order: Int32Array = kept.map((_, at) => at);
    const roleOf = (at: number): number => valueOf(table, kept[at] ?? 0, role?.column ?? 0);
    if (role !== null) order = sortedBy(order, roleOf, strings).order;
    const grouped = sortedBy(order, (at) => groups[at] ?? 0, size);
    return {
      paths: trie?.build() ?? null,
      levels: chain.levels.map((level) => level.slots()),
      starts: grouped.starts,
      rows: shared(grouped.order, (at) => kept[at] ?? 0),
      roles: role === null ? null : shared(grouped.order, roleOf),
    };
  };
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

interface Chain {
  readonly levels: readonly PairNumbering[];
  readonly groupOf: (row: number) => number;
  /** More than the number of any group. */
  readonly size: (trie: PathTrieBuilder | null, strings: number) => number;
}

function chainOf({ access, table, strings }: IndexParts, trie: PathTrieBuilder | null): Chain {
  const [first, ...others] = access.equal;
  const linked: readonly Pair[] = trie === null ? others : access.equal;
  const levels = linked.map(() => new PairNumbering());
  const leaves = new Map<number, number>();
  const leafOf = (row: number): number => {
    const pattern = valueOf(table, row, access.path?.column ?? 0);
    const leaf = leaves.get(pattern) ?? trie?.leafOf(strings.text(pattern)) ?? 0;
    leaves.set(pattern, leaf);
    return leaf;
  };
  const startOf = (row: number): number => {
    if (trie !== null) return leafOf(row);
    return first === undefined ? 0 : valueOf(table, row, first.column);
  };
  const groupOf = (row: number): number => {
    let group = startOf(row);
    for (const [at, { column }] of linked.entries()) {
      group = levels[at]?.numberOf(group, valueOf(table, row, column)) ?? 0;
    }
    return group;
  };
  const size: Chain["size"] = (paths, count) =>
    levels.at(-1)?.count ?? paths?.leaves ?? (first === undefined ? 1 : count);
  return { levels, groupOf, size };
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
