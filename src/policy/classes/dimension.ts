// One field of a request, cut into cells: values that no rule of the policies treats differently.
import { entry } from "../../core/entry.ts";
import { type FieldTexts, patternKey } from "./field-texts.ts";
import { literals } from "./atom.ts";
import { type HoldingsOf, holdingKey } from "./holdings.ts";
import { PatternGraph } from "./pattern-graph.ts";
import { textCells } from "./text-cells.ts";

export interface Cell {
  /** One of its values. */
  readonly value: string;
  /** Those of its values that policies name. */
  readonly names: readonly string[];
  /** Whether it has values that none of them names. */
  readonly isOpen: boolean;
  /** The patterns that match its values, by `patternKey`; equality is the pattern "== TEXT". */
  readonly matching: readonly string[];
}

export interface Dimension {
  /** The field's name. */
  readonly field: string;
  readonly cells: readonly Cell[];
  /** Whether patterns take part, so that cells are more than names and "any other". */
  readonly hasPatterns: boolean;
  /** Positions of the cells that a pattern matches, by `patternKey`. */
  readonly matchedBy: ReadonlyMap<string, readonly number[]>;
}

export interface DimensionOptions {
  readonly field: string;
  readonly texts: FieldTexts;
  /** The roles a name holds under each policy; names that hold the same are alike. */
  readonly holdings: readonly HoldingsOf[];
  /** Only this value; null: all. */
  readonly only: string | null;
}

/** null where patterns overlap in too many ways. */
export function createDimension(options: DimensionOptions): Dimension | null {
  const { field, texts, only } = options;
  const values = only === null ? valuesOf(texts) : [valueIn(texts, only)];
  if (values === null) return null;
  const cells = alike(values, options);
  const matchedBy = new Map<string, number[]>();
  cells.forEach(({ matching }, at) => {
    for (const key of matching) {
      entry(matchedBy, key, () => []).push(at);
    }
  });
  return { field, cells, hasPatterns: texts.patterns.size > 0, matchedBy };
}

/** Each name by itself, and what lies between them. */
function valuesOf(texts: FieldTexts): readonly Cell[] | null {
  const names = namesOf(texts);
  if (texts.patterns.size === 0) {
    const fresh = freshName(new Set(names));
    return [...names.map(namedCell), { value: fresh, names: [], isOpen: true, matching: [] }];
  }
  const { graph, keys } = graphOf(texts, names);
  const cells = textCells(graph);
  return cells?.map(({ example, matching }) => cellOf(example, matching, keys)) ?? null;
}

function namedCell(name: string): Cell {
  return { value: name, names: [name], isOpen: false, matching: [equal(name)] };
}

function valueIn(texts: FieldTexts, value: string): Cell {
  const isNamed = texts.compared.has(value) || texts.linked.has(value);
  const { graph, keys } = graphOf(texts, isNamed ? [value] : []);
  return { ...cellOf(value, graph.matching(value), keys), names: [value], isOpen: false };
}

interface NumberedGraph {
  readonly graph: PatternGraph;
  /** Of each number. */
  readonly keys: readonly string[];
}

function graphOf({ patterns }: FieldTexts, names: readonly string[]): NumberedGraph {
  const graph = new PatternGraph();
  const keys = [...patterns.keys(), ...names.map(equal)];
  [...patterns.values()].forEach(({ sequences }, at) => graph.add(sequences, at));
  names.forEach((name, at) => graph.add([literals(name)], patterns.size + at));
  return { graph, keys };
}

function cellOf(value: string, numbers: readonly number[], keys: readonly string[]): Cell {
  const matching = numbers.map((number) => keys[number] ?? "");
  const isNamed = matching.includes(equal(value));
  return { value, names: isNamed ? [value] : [], isOpen: !isNamed, matching };
}

interface Group extends Cell {
  readonly names: string[];
  isOpen: boolean;
}

/** Joins names that nothing is compared with, that the same patterns match and that hold the same roles. */
function alike(cells: readonly Cell[], { texts, holdings }: DimensionOptions): readonly Cell[] {
  if (texts.linked.size === 0) return cells;
  const groups = new Map<string, Group>();
  for (const cell of cells) {
    const [name] = cell.names;
    const isJoined = name !== undefined && !texts.compared.has(name);
    const matching = isJoined ? cell.matching.filter((key) => key !== equal(name)) : cell.matching;
    const held = name === undefined ? [] : holdings.map((of) => of(name).map(holdingKey));
    const key = JSON.stringify([matching, held.every(({ length }) => length === 0) ? [] : held]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...cell, names: [...cell.names], matching });
    else {
      known.names.push(...cell.names);
      known.isOpen ||= cell.isOpen;
    }
  }
  return [...groups.values()];
}

function namesOf({ compared, linked }: FieldTexts): readonly string[] {
  return [...new Set([...linked, ...compared])];
}

function equal(name: string): string {
  return patternKey("==", name);
}

/** One that no policy names. */
export function freshName(names: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = `other-${number}`;
    if (!names.has(name)) return name;
  }
}
