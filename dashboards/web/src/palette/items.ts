// What the palette offers, and which of it fits what was typed.

export interface PaletteItem {
  readonly kind: "page" | "route" | "service" | "caller" | "trace" | "command";
  readonly name: string;
  readonly run: () => void;
}

const SHOWN = 9;

/** Items that hold all letters typed in their order; those that begin with them first. */
export function matching(items: readonly PaletteItem[], words: string): readonly PaletteItem[] {
  const wanted = words.trim().toLowerCase();
  return items
    .map((item) => ({ item, score: score(item, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ item }) => item);
}

function score({ name }: PaletteItem, wanted: string): number {
  const whole = name.toLowerCase();
  if (wanted === "") return 4;
  if (whole.startsWith(wanted)) return 3;
  if (whole.includes(wanted)) return 2;
  return hasInOrder(whole, wanted) ? 1 : 0;
}

function hasInOrder(whole: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    from = whole.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
