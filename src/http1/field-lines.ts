// Field lines of a head or of trailers as text (RFC 9112 section 5), refusing what would split it.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { remembering } from "../core/remembering.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Beyond U+00FF too: cut to a byte, U+010A would be a line feed. */
const NOT_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

/** Field lines without the blank line that ends them, to be sent as Latin-1. Throws `internal` where they can't be written safely. */
export function encodeFields(headers: RawHeaders): string {
  let lines = "";
  let values = "";
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    const value = headers[at + 1] ?? "";
    if (!isToken(name)) throw new WeirError("internal", `field ${at / 2} is not writable: name`);
    values += value;
    lines += `${name}: ${value}\r\n`;
  }
  // One look at all values costs a fraction of one at each.
  if (NOT_TEXT.test(values)) throw new WeirError("internal", "a field is not writable: value");
  return lines;
}

/** RFC 9110 section 5.6.2. */
export const isToken: (name: string) => boolean = remembering((name) => TOKEN.test(name));
