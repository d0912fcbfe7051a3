// Text in a terminal: how wide it is, cut and padded to a width, and with nothing that could command the terminal.

/** Controls of C0 and C1, and marks that turn the direction of what follows. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Rows hold what clients sent: what a terminal would obey is shown as "�". */
export function harmless(text: string): string {
  return text.replace(UNSAFE, "�");
}

/** Columns a terminal gives to the text. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** At most `width` columns; what is cut ends in "…". */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let left = width - 1;
  for (const character of text) {
    left -= widthOfCharacter(character);
    if (left < 0) break;
    kept += character;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** At most `width` columns of its end, after "…": where files and hosts have lines and ports. */
export function clipStart(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let left = width - 1;
  for (const character of Array.from(text).toReversed()) {
    left -= widthOfCharacter(character);
    if (left < 0) break;
    kept = character + kept;
  }
  return width < 1 ? "" : `…${kept}`;
}

/** Exactly `width` columns, blanks at the right. */
export function fit(text: string, width: number): string {
  const clipped = clip(text, width);
  return clipped + " ".repeat(width - widthOf(clipped));
}

/** Exactly `width` columns, blanks at the left. */
export function fitRight(text: string, width: number): string {
  const clipped = clip(text, width);
  return " ".repeat(width - widthOf(clipped)) + clipped;
}

function widthOfCharacter(character: string): number {
  if (WIDE.test(character)) return 2;
  return /\p{Mark}/u.test(character) ? 0 : 1;
}
