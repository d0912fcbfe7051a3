// Text as a flat array of UTF-16 code units, in one byte each where all of them fit.
import { Buffer } from "node:buffer";

export type Chars = Uint8Array | Uint16Array;

// oxlint-disable-next-line no-control-regex
const WIDE = /[^\u0000-\u00ff]/;

/** Shared with all threads that get it. */
export function sharedChars(text: string): Chars {
  const isWide = WIDE.test(text);
  const memory = new SharedArrayBuffer(isWide ? text.length * 2 : text.length);
  Buffer.from(memory).write(text, isWide ? "utf16le" : "latin1");
  return isWide ? new Uint16Array(memory) : new Uint8Array(memory);
}

/** With room for `more` behind its end. */
export function grownChars(chars: Chars, more: number): Chars {
  const length = chars.length + more;
  const isWide = chars instanceof Uint16Array;
  const memory = new SharedArrayBuffer(isWide ? length * 2 : length);
  const grown = isWide ? new Uint16Array(memory) : new Uint8Array(memory);
  grown.set(chars);
  return grown;
}

export function textBetween(chars: Chars, from: number, to: number): string {
  const wide = chars.BYTES_PER_ELEMENT;
  const bytes = Buffer.from(chars.buffer, chars.byteOffset + from * wide, (to - from) * wide);
  return bytes.toString(wide === 1 ? "latin1" : "utf16le");
}
