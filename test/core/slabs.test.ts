// Slabs go round: never to two readers at once.
import { expect, test } from "vitest";
import { giveAway, lendPiece, returning, SLAB_BYTES, takeSlab } from "../../src/core/slabs.ts";

test("a piece that was written brings its slab back, once", () => {
  const slab = takeSlab();
  const piece = lendPiece(slab, 5, 9);
  expect([piece.length, piece.byteOffset]).toEqual([4, slab.byteOffset + 5]);
  const written = returning(piece);
  written?.(null);
  expect(takeSlab()).toBe(slab);
  written?.(null);
  expect(takeSlab()).not.toBe(slab);
  expect(returning(piece)).toBeUndefined();
});

test("one whose write failed is not used again", () => {
  const slab = takeSlab();
  returning(lendPiece(slab, 0, SLAB_BYTES))?.(new Error("reset"));
  expect(takeSlab()).not.toBe(slab);
});

test("other bytes are nobody's slab", () => {
  expect(returning(Buffer.alloc(SLAB_BYTES))).toBeUndefined();
});

test("what was given away is freed once it is written, and not after an error", () => {
  const [written, broken] = [Buffer.allocUnsafeSlow(100), Buffer.allocUnsafeSlow(100)];
  giveAway(written);
  giveAway(broken);
  returning(broken)?.(new Error("reset"));
  returning(written)?.(null);
  expect([written.length, broken.length]).toEqual([0, 100]);
});

test("what is kept for later has an end", () => {
  const slabs = Array.from({ length: 100 }, takeSlab);
  for (const slab of slabs) returning(lendPiece(slab, 0, 1))?.();
  const kept = Array.from({ length: 100 }, takeSlab).filter((slab) => slabs.includes(slab));
  expect(kept).toHaveLength(64);
});
