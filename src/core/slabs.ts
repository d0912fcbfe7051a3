// Large read buffers, which would have V8 collect garbage all the time: they go round, from who reads to who writes the
// bytes on and back to who reads next, or are freed by who writes.

/** Bytes of a slab. */
export const SLAB_BYTES = 65_536;
/** More lie in nobody's way than a few large bodies need at once. */
const MOST_UNUSED = 64;

/** Bytes; less V8 collects in passing. */
const WORTH_GIVING = 8_192;

const unused: Buffer[] = [];
/** By the piece that is with somebody. One that never comes back is collected, and its slab with it. */
const lent = new WeakMap<Buffer, Buffer>();
const givenAway = new WeakSet<Buffer>();

/** One that nobody else reads into. Made anew each time they would have V8 collect garbage twice a megabyte. */
export function takeSlab(): Buffer {
  return unused.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
}

/** Whoever took it has no use for it, and lent nothing of it. */
export function returnSlab(slab: Buffer): void {
  if (unused.length < MOST_UNUSED) unused.push(slab);
}

/** Bytes [start, end), the only piece of a slab its reader gives away, and lets go of with it. */
export function lendPiece(slab: Buffer, start: number, end: number): Buffer {
  const piece = slab.subarray(start, end);
  lent.set(piece, slab);
  return piece;
}

/** Whether a chunk is all that Node read into its memory, and worth being given away. */
export function fillsItsMemory({ length, buffer }: Buffer): boolean {
  return length === buffer.byteLength && length >= WORTH_GIVING;
}

/** The last piece to be written of a chunk that fills its memory, at which nobody else will look. */
export function giveAway(piece: Buffer): void {
  givenAway.add(piece);
}

/** For a write that is given a piece: brings its memory back once the bytes are out; undefined for other bytes. */
export function returning(piece: Buffer): ((error?: Error | null) => void) | undefined {
  if (givenAway.has(piece)) return (error) => void (error ? null : free(piece));
  if (!lent.has(piece)) return undefined;
  return (error) => {
    const slab = lent.get(piece);
    // A second return would give one slab to two readers; after an error nobody knows who still reads it.
    if (lent.delete(piece) && slab !== undefined && !error) returnSlab(slab);
  };
}

function free(piece: Buffer): void {
  if (givenAway.delete(piece)) (piece.buffer as ArrayBuffer).transfer(0);
}
