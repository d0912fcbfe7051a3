// Ranks what tells selected requests from the rest: by how much more or less often, and how sure that is; pure.

/** So many rows of each side have this value. */
export interface ValueCount {
  readonly attribute: string;
  readonly value: string;
  readonly selected: number;
  readonly rest: number;
}

/** How many rows of each side were looked at. */
export interface Sides {
  readonly selected: number;
  readonly rest: number;
}

export interface ScoredValue extends Omit<ValueCount, "attribute"> {
  /**
   * The least difference of the two shares that can be relied on, 0 to 1: the end of its 99.9 % interval that is nearer
   * to none. Few rows, or shares that nearly agree, make it 0.
   */
  readonly score: number;
}

export interface ScoredAttribute {
  readonly attribute: string;
  /** Of its best value. */
  readonly score: number;
  /** What the selected have more often first, then what they have less often; the best first. */
  readonly values: readonly ScoredValue[];
}

/** 99.9 % of a normal distribution: so many values are compared that 95 % would find some by chance. */
const Z = 3.2905;
const MOST_VALUES = 4;

/** The most telling first; attributes that tell nothing are left out. */
export function rankDifferences(
  counts: readonly ValueCount[],
  sides: Sides,
): readonly ScoredAttribute[] {
  const attributes = [...Map.groupBy(counts, ({ attribute }) => attribute)];
  return attributes
    .map(([attribute, values]) => scored(attribute, values, sides))
    .filter(({ values }) => values.length > 0)
    .sort((a, b) => b.score - a.score || (a.attribute < b.attribute ? -1 : 1));
}

function scored(attribute: string, counts: readonly ValueCount[], sides: Sides): ScoredAttribute {
  const values = counts
    .map(({ value, selected, rest }) => {
      const score = leastDifference([selected, sides.selected], [rest, sides.rest]);
      return { value, selected, rest, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.value < b.value ? -1 : 1));
  const isMore = ({ selected, rest }: ScoredValue): boolean =>
    selected / sides.selected > rest / sides.rest;
  const ordered = [...values.filter(isMore), ...values.filter((each) => !isMore(each))];
  return {
    attribute,
    score: values[0]?.score ?? 0,
    values: ordered.slice(0, MOST_VALUES),
  };
}

type Proportion = readonly [part: number, whole: number];

function leastDifference(a: Proportion, b: Proportion): number {
  if (a[1] === 0 || b[1] === 0) return 0;
  const [low, high] = differenceInterval(a, b, Z);
  return Math.max(0, low, -high);
}

/**
 * The interval in which the difference of two shares lies, `z` standard deviations wide: Newcombe's hybrid score
 * interval (R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
 * Medicine 17, 1998, method 10), which holds for small counts and for shares near 0 and 1.
 */
export function differenceInterval(
  a: Proportion,
  b: Proportion,
  z: number,
): readonly [low: number, high: number] {
  const [p1, p2] = [a[0] / a[1], b[0] / b[1]];
  const [low1, high1] = wilson(a, z);
  const [low2, high2] = wilson(b, z);
  return [p1 - p2 - Math.hypot(p1 - low1, high2 - p2), p1 - p2 + Math.hypot(high1 - p1, p2 - low2)];
}

/** Wilson's score interval of one share (E. B. Wilson, JASA 22, 1927). */
function wilson([part, whole]: Proportion, z: number): readonly [low: number, high: number] {
  const square = z * z;
  const spread = z * Math.sqrt(square + 4 * part * (1 - part / whole));
  const middle = 2 * part + square;
  const divisor = 2 * (whole + square);
  return [(middle - spread) / divisor, (middle + spread) / divisor];
}
