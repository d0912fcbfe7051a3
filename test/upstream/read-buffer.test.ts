// What is read stays as it was read until it is written on, and what it lies in goes round.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { returning, SLAB_BYTES, takeSlab } from "../../src/core/slabs.ts";
import { ReadBuffer } from "../../src/upstream/read-buffer.ts";

test("a slab that no more of the body came into is there for the next", () => {
  const buffer = new ReadBuffer();
  const shared = buffer.next();
  buffer.take(shared, 0, SLAB_BYTES);
  const own = buffer.next();
  expect(own).not.toBe(shared);
  buffer.take(own, 0, 200);
  expect(buffer.next()).toBe(shared);
  expect(takeSlab()).toBe(own);
});

test("a slab is kept from one large read to the next where nothing of it was given away", () => {
  const buffer = new ReadBuffer();
  buffer.take(buffer.next(), 0, SLAB_BYTES);
  const own = buffer.next();
  expect(buffer.next()).toBe(own);
});

test("what is copied of a large read comes back, too", () => {
  const buffer = new ReadBuffer();
  const piece = buffer.take(buffer.next(), 0, SLAB_BYTES / 4);
  returning(piece)?.();
  expect(takeSlab().buffer).toBe(piece.buffer);
});

interface Read {
  readonly by: number;
  /** Of body, which may be many pieces of one read. */
  readonly sizes: readonly number[];
  readonly ends: boolean;
  /** Pieces that are written then. */
  readonly written: number;
}

const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: SLAB_BYTES }));
const reads = fc.array(
  fc.record<Read>({
    by: fc.nat(3),
    sizes: fc.array(size, { minLength: 1, maxLength: 3 }),
    ends: fc.boolean(),
    written: fc.nat(3),
  }),
  { maxLength: 60 },
);

/** One connection: what its socket reads into is settled at the end of the read before. */
function connection(): { readonly buffer: ReadBuffer; into: Buffer } {
  const buffer = new ReadBuffer();
  return { buffer, into: buffer.next() };
}

test("no piece changes before it is written, whoever reads in between", () => {
  fc.assert(
    fc.property(reads, (all) => {
      const connections = Array.from({ length: 4 }, connection);
      const kept: { readonly piece: Buffer; readonly filled: number }[] = [];
      for (const [nth, { by, sizes, ends, written }] of all.entries()) {
        const reader = connections[by]!;
        const filled = nth % 256;
        reader.into.fill(filled);
        let at = 0;
        for (const bytes of sizes) {
          const end = Math.min(at + bytes, SLAB_BYTES);
          kept.push({ piece: reader.buffer.take(reader.into, at, end), filled });
          at = end;
        }
        if (ends) reader.buffer.rest();
        reader.into = reader.buffer.next();
        for (const one of kept) expect(one.piece.every((byte) => byte === one.filled)).toBe(true);
        for (const { piece } of kept.splice(0, written)) returning(piece)?.();
      }
    }),
  );
}, 60_000);
