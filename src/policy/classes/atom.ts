// One step of a pattern: a character, or any of a class, once or as often as it comes.

export interface Atom {
  /** Equal for atoms that match the same. */
  readonly key: string;
  /** The only character it matches; null for a class. */
  readonly literal: string | null;
  readonly matches: (char: string) => boolean;
  /** Any number of times, none included. */
  readonly many: boolean;
  /** Whether it tells apart more than `/`, `?` and the rest. */
  readonly fine: boolean;
}

/** A text matches if its characters are matched in this order. */
export type Sequence = readonly Atom[];

export const ANY: Atom = {
  key: "any",
  literal: null,
  matches: () => true,
  many: false,
  fine: false,
};

export function literal(char: string): Atom {
  const matches = (other: string): boolean => other === char;
  return { key: `=${char}`, literal: char, matches, many: false, fine: false };
}

export function literals(text: string): Sequence {
  return text.split("").map(literal);
}

/** A class as a regular expression writes it: "[^/]", "\\d". */
export function oneOf(text: string): Atom {
  const expression = new RegExp(`^${text}$`);
  const matches = (char: string): boolean => expression.test(char);
  return { key: text, literal: null, matches, many: false, fine: text !== "[^/]" };
}

/** The same, but never that character; null for one that matches nothing else. */
export function except(atom: Atom, char: string): Atom | null {
  if (atom.literal !== null) return atom.literal === char ? null : atom;
  const matches = (other: string): boolean => other !== char && atom.matches(other);
  return { ...atom, key: `${atom.key} but ${char}`, matches };
}
