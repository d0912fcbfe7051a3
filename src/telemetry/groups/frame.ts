// How a row group stands in a segment: a head that says how long it is, what it must sum up to, and how many rows it has.
import { crc32 } from "node:zlib";

/** Bytes of the payload, its CRC-32 from the rows on, rows, words, where the words begin: all little-endian. */
export const HEAD_BYTES = 16;
const SUM_AT = 4;
const SUMMED_FROM = 8;
const ROWS_AT = 8;
const WORDS_AT = 10;
const WORDS_FROM_AT = 12;

export interface FrameHead {
  readonly rows: number;
  readonly words: number;
  /** Offset in the payload. */
  readonly wordsFrom: number;
}

/** Writes the head before a payload of so many bytes. */
export function writeHead(frame: Buffer, payloadBytes: number, head: FrameHead): void {
  frame.writeUInt32LE(payloadBytes, 0);
  frame.writeUInt16LE(head.rows, ROWS_AT);
  frame.writeUInt16LE(head.words, WORDS_AT);
  frame.writeUInt32LE(head.wordsFrom, WORDS_FROM_AT);
  frame.writeUInt32LE(crc32(frame.subarray(SUMMED_FROM, HEAD_BYTES + payloadBytes)), SUM_AT);
}

export function readHead(bytes: Buffer, at: number): FrameHead {
  return {
    rows: bytes.readUInt16LE(at + ROWS_AT),
    words: bytes.readUInt16LE(at + WORDS_AT),
    wordsFrom: bytes.readUInt32LE(at + WORDS_FROM_AT),
  };
}

/** Length of the frame that begins at `at`, head included; 0 where none does that is whole and as it was written. */
function frameBytes(bytes: Buffer, at: number): number {
  if (at + HEAD_BYTES > bytes.length) return 0;
  const end = at + HEAD_BYTES + bytes.readUInt32LE(at);
  if (end > bytes.length || bytes.readUInt16LE(at + ROWS_AT) === 0) return 0;
  return crc32(bytes.subarray(at + SUMMED_FROM, end)) === bytes.readUInt32LE(at + SUM_AT)
    ? end - at
    : 0;
}

/** Of frames that are known to be whole. */
export function countRows(frames: Buffer): number {
  let rows = 0;
  for (let at = 0; at < frames.length; at += HEAD_BYTES + frames.readUInt32LE(at))
    rows += frames.readUInt16LE(at + ROWS_AT);
  return rows;
}

/** How much of `bytes` is whole frames, and of how many rows: up to `mostRows`, but one frame in any case. */
export function wholeFrames(bytes: Buffer, mostRows: number): { length: number; rows: number } {
  let length = 0;
  let rows = 0;
  for (let size = frameBytes(bytes, 0); size > 0; size = frameBytes(bytes, length)) {
    const more = bytes.readUInt16LE(length + ROWS_AT);
    if (rows > 0 && rows + more > mostRows) break;
    length += size;
    rows += more;
  }
  return { length, rows };
}
