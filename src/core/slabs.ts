// Large read buffers that go round: from who reads, to who writes the bytes on, and back to who reads next.

/** Bytes of a slab. */
export const SLAB_BYTES = 65_536;
/** More lie in nobody's way than a few large bodies need at once. */
const MOST_FREE = 64;

const free: Buffer[] = [];
/** By the piece that is with somebody. One that never comes back is collected, and its slab with it. */
const lent = new WeakMap<Buffer, Buffer>();

/** One that nobody else reads into. Made anew each time they would have V8 collect garbage twice a megabyte. */
export function takeSlab(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
}

/** Whoever took it has no use for it, and lent nothing of it. */
export function returnSlab(slab: Buffer): void {
  if (free.length < MOST_FREE) free.push(slab);
}

/** Bytes [start, end), the only piece of a slab its reader gives away, and lets go of with it. */
export function lendPiece(slab: Buffer, start: number, end: number): Buffer {
  const piece = slab.subarray(start, end);
  lent.set(piece, slab);
  return piece;
}

/** For a write that is given a piece: brings it back once the bytes are out; undefined for other bytes. */
export function returning(piece: Buffer): ((error?: Error | null) => void) | undefined {
  if (!lent.has(piece)) return undefined;
  return (error) => {
    const slab = lent.get(piece);
    // A second return would give one slab to two readers; after an error nobody knows who still reads it.
    if (lent.delete(piece) && slab !== undefined && !error) returnSlab(slab);
  };
}
