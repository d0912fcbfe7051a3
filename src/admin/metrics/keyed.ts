// Counts by names that others make up: so many of them, and the rest as one.

export const OTHER = "other";

export interface Bound {
  readonly key: string;
  readonly most: number;
}

/** The entry of a key; that of all others where there are too many, for which `make` is asked with false. */
export function keyed<T>(
  map: Map<string, T>,
  { key, most }: Bound,
  make: (isKnown: boolean) => T,
): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const isKnown = map.size < most;
  const made = (isKnown ? undefined : map.get(OTHER)) ?? make(isKnown);
  map.set(isKnown ? key : OTHER, made);
  return made;
}
