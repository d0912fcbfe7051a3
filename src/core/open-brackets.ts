// Bounds a YAML or JSON text before its parser sees it, which recurses on every bracket.

/** The 1-based line on which more than `most` brackets are open, those in strings and comments counted in; 0 for none. */
export function lineNestedBeyond(most: number, text: string): number {
  let open = 0;
  let line = 1;
  for (const [mark] of text.matchAll(/[[\]{}\n]/g)) {
    if (mark === "\n") line += 1;
    else open = mark === "[" || mark === "{" ? open + 1 : Math.max(0, open - 1);
    if (open > most) return line;
  }
  return 0;
}
