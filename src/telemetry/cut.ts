// What one INSERT is made of: pieces of segments that end at line ends, and a token for exactly these.
import { createHash } from "node:crypto";

/** A run of whole lines in one segment. */
export interface Piece {
  readonly segment: string;
  readonly offset: number;
  readonly length: number;
}

/** Decided once, written down, and never decided again, whatever happens to the sending. */
export interface Cut {
  /** The same for the same pieces, different for any others. */
  readonly token: string;
  readonly rowVersion: number;
  readonly rows: number;
  readonly pieces: readonly Piece[];
}

/** A segment as far as choosing needs to know it. */
export interface Waiting {
  readonly file: string;
  readonly rowVersion: number;
  readonly size: number;
  readonly done: number;
}

/** Bounds what must be written down for a cut, however small the segments are. */
const MOST_PIECES = 256;

export interface CutLimits {
  readonly bytes: number;
  readonly rows: number;
}

/** Where to read, in this order, for one cut: one row version, `limits.bytes` at most. */
export function choosePieces(waiting: readonly Waiting[], limits: CutLimits): Piece[] {
  const pieces: Piece[] = [];
  let room = limits.bytes;
  const version = waiting[0]?.rowVersion;
  for (const { file, rowVersion, size, done } of waiting) {
    if (room === 0 || pieces.length === MOST_PIECES) break;
    if (rowVersion !== version) continue;
    const length = Math.min(size - done, room);
    pieces.push({ segment: file, offset: done, length });
    room -= length;
  }
  return pieces;
}

/** How much of `bytes` is whole lines, and how many, up to `mostRows`. */
export function wholeLines(bytes: Buffer, mostRows: number): { length: number; rows: number } {
  let length = 0;
  let rows = 0;
  while (rows < mostRows) {
    const end = bytes.indexOf(0x0a, length);
    if (end < 0) break;
    length = end + 1;
    rows++;
  }
  return { length, rows };
}

export function tokenOf(pieces: readonly Piece[]): string {
  const hash = createHash("sha256");
  for (const { segment, offset, length } of pieces) {
    hash.update(`${segment} ${String(offset)} ${String(length)}\n`);
  }
  return `weir-${hash.digest("hex").slice(0, 40)}`;
}
