// Finds the group of rules that has the values of a request: along the chain of an index.
import type { Pair } from "./access-path.ts";
import { NO_PAIR, PairTable } from "./pair-table.ts";
import type { RequestIds } from "./request-ids.ts";
import { ONE_ROW, type RuleIndex } from "./rule-index.ts";

/** One link of the chain. */
interface Level {
  /** The request field. */
  readonly asked: number;
  readonly pairs: PairTable;
}

export class Groups {
  readonly #starts: Int32Array | null;
  readonly #levels: readonly Level[];
  readonly #last: number;
  readonly #request: RequestIds;
  /** The rows of the group found last, from one place in the index's `rows` to before another; or one row, and ONE_ROW. */
  from = 0;
  to = 0;

  /** @param linked the columns that the links of the chain compare */
  constructor({ levels, starts }: RuleIndex, linked: readonly Pair[], request: RequestIds) {
    this.#starts = starts;
    this.#levels = levels.map((slots, at) => {
      return { asked: linked[at]?.asked ?? 0, pairs: new PairTable(slots) };
    });
    this.#last = levels.length - 1;
    this.#request = request;
  }

  /** Whether there is any row. @param start the leaf of a path, or the number of the first value */
  find(start: number): boolean {
    this.from = 0;
    this.to = 0;
    if (this.#starts === null) this.#follow(start);
    else {
      this.from = this.#starts[start] ?? 0;
      this.to = this.#starts[start + 1] ?? 0;
    }
    return this.from < this.to || this.to === ONE_ROW;
  }

  #follow(start: number): void {
    let number = start;
    for (let at = 0; at <= this.#last; at++) {
      const level = this.#levels[at];
      if (level === undefined) return;
      const { pairs, asked } = level;
      const place = pairs.find(number, this.#request.id(asked));
      if (place === NO_PAIR) return;
      number = pairs.first(place);
      if (at === this.#last) this.to = pairs.second(place);
    }
    this.from = number;
  }
}
