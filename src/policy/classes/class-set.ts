// A set of classes that is filled box by box, and refuses to grow beyond what can be decided in seconds.
import type { ClassCells, ClassSpace } from "./space.ts";

/** The cells of each dimension; null: all of it. */
export type Box = readonly (readonly number[] | null)[];

/** Boxes overlap, but not for ever. */
const REPEATS = 20;

export class ClassSet {
  readonly everything: Box;
  readonly #sizes: readonly number[];
  readonly #most: number;
  readonly #numbers = new Set<number>();
  /** Classes added, and added again. */
  #work = 0;
  /** Whether all boxes went in. */
  isWhole = true;

  constructor({ dimensions }: ClassSpace, most: number) {
    this.#sizes = dimensions.map(({ cells }) => cells.length);
    this.#most = most;
    this.everything = dimensions.map(() => null);
    // Beyond this, positions can't be told apart as numbers.
    if (this.#sizes.reduce((product, size) => product * size, 1) > Number.MAX_SAFE_INTEGER) {
      this.isWhole = false;
    }
  }

  addBox(box: Box): void {
    const volume = this.#sizes.reduce(
      (product, size, at) => product * (box[at]?.length ?? size),
      1,
    );
    this.#work += volume;
    if (volume > this.#most || this.#work > this.#most * REPEATS) this.isWhole = false;
    if (!this.isWhole) return;
    const axes = this.#sizes.map((size, at) => box[at] ?? everyOf(size));
    this.#fill(axes, 0, 0);
    if (this.#numbers.size > this.#most) this.isWhole = false;
  }

  /** The cells of each dimension that some class has. */
  shadow(): readonly ReadonlySet<number>[] {
    const cells = this.#sizes.map(() => new Set<number>());
    for (const found of this.classes()) found.forEach((cell, at) => cells[at]?.add(cell));
    return cells;
  }

  *classes(): Generator<ClassCells> {
    for (const number of this.#numbers) yield this.#cellsOf(number);
  }

  #fill(axes: readonly (readonly number[])[], at: number, prefix: number): void {
    const axis = axes[at];
    if (axis === undefined) {
      this.#numbers.add(prefix);
      return;
    }
    for (const cell of axis) this.#fill(axes, at + 1, prefix * (this.#sizes[at] ?? 1) + cell);
  }

  /** Positions as digits of a number, the first one first. */
  #cellsOf(number: number): ClassCells {
    const cells: number[] = [];
    let rest = number;
    for (const size of this.#sizes.toReversed()) {
      cells.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return cells;
  }
}

function everyOf(size: number): readonly number[] {
  return Array.from({ length: size }, (_, at) => at);
}
