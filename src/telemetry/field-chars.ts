// What header field values are made of: optional whitespace, and sets of allowed characters.

const SPACE = 0x20;
const TAB = 0x09;
const CODES = 128;

/** A set of ASCII characters: 1 at the code of each member, so a look-up is one load. */
export type CharSet = Uint8Array;

export function charSet(members: string): CharSet {
  const set = new Uint8Array(CODES);
  for (let at = 0; at < members.length; at++) set[members.charCodeAt(at)] = 1;
  return set;
}

/** The visible ASCII characters (0x21 to 0x7E) except some. */
export function visibleExcept(others: string): string {
  let members = "";
  for (let code = SPACE + 1; code < CODES - 1; code++) {
    const char = String.fromCharCode(code);
    if (!others.includes(char)) members += char;
  }
  return members;
}

/** Whether every character of the text from `start` on is in the set; true where there is none. */
export function isMadeOf(set: CharSet, text: string, start = 0): boolean {
  for (let at = start; at < text.length; at++) {
    if (set[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

/**
 * The text without leading and trailing OWS, which is space and tab only (RFC 9110 section 5.6.3);
 * String.trim would also take NBSP, CR, LF and more for nothing.
 */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Where the list member that starts here ends: at a comma, or with the text. */
export function nextComma(text: string, start: number): number {
  const comma = text.indexOf(",", start);
  return comma < 0 ? text.length : comma;
}
