// Finds some values in a spooled line without parsing the rest: counting every row must stay cheap.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const ZERO = 0x30;

/** Where the chosen top-level values of the line scanned last begin and end. */
export class RowScan {
  /** Ascending. */
  readonly #columns: readonly number[];
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);

  /** `columns`: indexes of the values to find, ascending. */
  constructor(columns: readonly number[]) {
    this.#columns = columns;
    this.#starts = new Int32Array(columns.length);
    this.#ends = new Int32Array(columns.length);
  }

  /**
   * Scans the line of JSONCompactEachRow that begins at `from`; gives where the next one does.
   * What is no such line leaves some values empty.
   */
  scan(bytes: Buffer, from: number): number {
    this.#bytes = bytes;
    this.#starts.fill(0);
    this.#ends.fill(0);
    let at = from + 1;
    let wanted = 0;
    for (let column = 0; wanted < this.#columns.length; column++) {
      const end = valueEnd(bytes, at);
      if (column === this.#columns[wanted]) {
        this.#starts[wanted] = at;
        this.#ends[wanted] = end;
        wanted++;
      }
      if (bytes[end] !== COMMA) break;
      at = end + 1;
    }
    const newline = bytes.indexOf(NEWLINE, at);
    return newline < 0 ? bytes.length : newline + 1;
  }

  /** From one value to another as they stand, byte by byte: fit to be a key, and for nothing else. */
  key(first: number, last: number): string {
    return this.#bytes.toString("latin1", this.#starts[first], this.#ends[last]);
  }

  /** Whether a string value begins with this character. */
  beginsWith(index: number, code: number): boolean {
    return this.#bytes[(this.#starts[index] ?? 0) + 1] === code;
  }

  /** A string value; a word's escapes are undone only where it has any. */
  text(index: number): string {
    const raw = this.#bytes.toString("utf8", this.#starts[index], this.#ends[index]);
    return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  isEmpty(index: number): boolean {
    return (this.#ends[index] ?? 0) - (this.#starts[index] ?? 0) <= 2;
  }

  /** A whole number; 0 for anything else. */
  number(index: number): number {
    let value = 0;
    const end = this.#ends[index] ?? 0;
    for (let at = this.#starts[index] ?? 0; at < end; at++) {
      const digit = (this.#bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return 0;
      value = value * 10 + digit;
    }
    return value;
  }
}

/** The end of the value at `at`: its comma, its list's bracket, or the end of the line. */
function valueEnd(bytes: Buffer, at: number): number {
  let depth = 0;
  let here = at;
  for (; here < bytes.length; here++) {
    const sign = bytes[here] ?? 0;
    if (sign === QUOTE) here = stringEnd(bytes, here);
    else if (sign === COMMA || sign === NEWLINE) {
      if (depth === 0 || sign === NEWLINE) return here;
    } else depth += DEPTH[sign] ?? 0;
    if (depth < 0) return here;
  }
  return here;
}

/** Where the string that begins at `at` has its closing quote. */
function stringEnd(bytes: Buffer, at: number): number {
  for (let here = at + 1; here < bytes.length; here++) {
    const sign = bytes[here];
    if (sign === QUOTE) return here;
    if (sign === BACKSLASH) here++;
  }
  return bytes.length;
}

/** How much deeper a sign leads, by its code. */
const DEPTH = new Int8Array(256);
for (const sign of "[{") DEPTH[sign.charCodeAt(0)] = 1;
for (const sign of "]}") DEPTH[sign.charCodeAt(0)] = -1;
