// Lines in bytes, counted without making text of them.

const NEWLINE = 0x0a;

/** Those that end; what stands behind the last line end is none. */
export function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
