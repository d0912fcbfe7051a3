// Where a character of UTF-8 ends, strictly.

/** Of the sequence that begins at `at`, above ASCII; 0 where it is none (RFC 3629 section 4). */
export function utf8Length(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] ?? 0;
  const length = sequenceLength(first);
  if (length === 0 || at + length > end) return 0;
  let code = first & (0x7f >> length);
  for (let index = at + 1; index < at + length; index++) {
    const byte = bytes[index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (byte & 63);
  }
  return isScalarValue(code, length) ? length : 0;
}

function sequenceLength(first: number): number {
  if (first < 0xc0 || first > 0xf7) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Neither longer than it needs to be, nor half of a pair, nor beyond Unicode. */
function isScalarValue(code: number, length: number): boolean {
  if (length === 2) return code >= 0x80;
  if (length === 3) return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
  return code >= 0x10000 && code <= 0x10ffff;
}
