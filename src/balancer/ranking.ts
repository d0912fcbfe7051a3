// The best eight candidates of a decision: the first is picked, and the request row keeps them all.
import { CLOSED } from "./health.ts";
import type { Endpoint, Round } from "./pickers/picker.ts";

const MOST = 8;

/** Best first and of one length, at most eight. */
export interface Ranking {
  readonly candidates: readonly string[];
  /** Lower is better. */
  readonly scores: readonly number[];
  readonly inflight: readonly number[];
}

/** Ranks the candidates of one decision after another, in the same memory. */
export class Ranker {
  readonly #endpoints: readonly Endpoint[];
  readonly #places: Int32Array = new Int32Array(MOST);
  readonly #scores: Float64Array = new Float64Array(MOST);
  #count = 0;

  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints;
  }

  /** Index of the best candidate, ties by where the search starts; -1 where all are closed. */
  rank(round: Round, start: number): number {
    this.#count = 0;
    this.#search(round, start, round.open.length);
    this.#search(round, 0, start);
    return this.#count === 0 ? -1 : (this.#places[0] ?? -1);
  }

  /** Of the last decision. */
  ranking({ inflight: loads }: Round): Ranking {
    const candidates: string[] = [];
    const scores: number[] = [];
    const inflight: number[] = [];
    for (let place = 0; place < this.#count; place++) {
      const at = this.#places[place] ?? 0;
      candidates.push(this.#endpoints[at]?.url ?? "");
      scores.push(this.#scores[place] ?? 0);
      inflight.push(loads[at] ?? 0);
    }
    return { candidates, scores, inflight };
  }

  /** One look at each: what is not among the best so far, which most are not, costs one comparison. */
  #search({ open, scores }: Round, from: number, to: number): void {
    let worst = this.#worst();
    for (let at = from; at < to; at++) {
      const score = scores[at] ?? Infinity;
      if (score >= worst || open[at] === CLOSED) continue;
      this.#insert(at, score);
      worst = this.#worst();
    }
  }

  /** What a score must be below to be ranked; while there is room NaN, which no score reaches. */
  #worst(): number {
    return this.#count < MOST ? Number.NaN : (this.#scores[MOST - 1] ?? 0);
  }

  /** Behind its equals; the last makes room. */
  #insert(at: number, score: number): void {
    const places = this.#places;
    const scores = this.#scores;
    if (this.#count < MOST) this.#count++;
    let place = this.#count - 1;
    for (; place > 0 && score < (scores[place - 1] ?? 0); place--) {
      scores[place] = scores[place - 1] ?? 0;
      places[place] = places[place - 1] ?? 0;
    }
    scores[place] = score;
    places[place] = at;
  }
}
