// Rows of rules that may match one request: gathered from several places, given in the order of evaluation.

const FEW = 32;

/** One for each engine. What a single place gives is not copied, however long it is. */
export class Candidates {
  /** The rows are those from `from` to `to` in here. */
  rows: Int32Array = new Int32Array(0);
  from = 0;
  to = 0;
  #own = new Int32Array(64);
  readonly #one = new Int32Array(1);
  #isOwn = false;
  #isSorted = true;

  clear(): void {
    this.from = 0;
    this.to = 0;
    this.#isOwn = false;
    this.#isSorted = true;
  }

  addRow(row: number): void {
    if (this.to > this.from) {
      this.#one[0] = row;
      return this.add(this.#one, 0, 1);
    }
    this.#own[0] = row;
    this.rows = this.#own;
    this.from = 0;
    this.to = 1;
    this.#isOwn = true;
  }

  /** Rows in ascending order. */
  add(rows: Int32Array, from: number, to: number): void {
    if (from === to) return;
    if (this.to === this.from) {
      this.rows = rows;
      this.from = from;
      this.to = to;
      return;
    }
    const follows = (this.rows[this.to - 1] ?? 0) < (rows[from] ?? 0);
    if (follows && rows === this.rows && from === this.to) {
      this.to = to;
      return;
    }
    if (!this.#isOwn) this.#copyFirst();
    this.#isSorted &&= follows;
    this.#append(rows, from, to);
  }

  /** After this each row is there once, and all ascend. */
  sort(): void {
    if (this.#isSorted) return;
    const own = this.#own.subarray(0, this.to);
    if (own.length <= FEW) insertionSort(own);
    else own.sort();
    let kept = 1;
    for (let at = 1; at < own.length; at++) {
      const row = own[at] ?? 0;
      if (row !== own[kept - 1]) own[kept++] = row;
    }
    this.to = kept;
  }

  #copyFirst(): void {
    const { rows, from, to } = this;
    this.to = 0;
    this.#append(rows, from, to);
    this.from = 0;
    this.#isOwn = true;
  }

  #append(rows: Int32Array, from: number, to: number): void {
    const end = this.to + to - from;
    if (end > this.#own.length) {
      const grown = new Int32Array(end * 2);
      grown.set(this.#own.subarray(0, this.to));
      this.#own = grown;
    }
    for (let at = from; at < to; at++) this.#own[this.to++] = rows[at] ?? 0;
    this.rows = this.#own;
  }
}

function insertionSort(rows: Int32Array): void {
  for (let at = 1; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    let to = at;
    for (; to > 0 && (rows[to - 1] ?? 0) > row; to--) rows[to] = rows[to - 1] ?? 0;
    rows[to] = row;
  }
}
