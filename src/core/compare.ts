// The order of texts by their code units, so that it is the same everywhere.

/** For sort: below, at or above 0. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
