// The best eight candidates of a decision, as the request row keeps them.
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

/** The ranking of a decision, the picked endpoint first. */
export type Rank = (round: Round, picked: number) => Ranking;

export function createRank(endpoints: readonly Endpoint[]): Rank {
  const best: number[] = Array.from({ length: MOST }, () => 0);
  return (round, picked) => {
    const count = rank(round, picked, best);
    const candidates: string[] = [];
    const scores: number[] = [];
    const inflight: number[] = [];
    for (let place = 0; place < count; place++) {
      const at = best[place] ?? 0;
      candidates.push(endpoints[at]?.url ?? "");
      scores.push(round.scores[at] ?? 0);
      inflight.push(round.inflight[at] ?? 0);
    }
    return { candidates, scores, inflight };
  };
}

/** Index of the lowest score, ties by where the search starts; -1 where all are closed. */
export function lowest(round: Round, start: number): number {
  const { open, scores } = round;
  let best = -1;
  let bestScore = Infinity;
  for (let step = 0, at = start; step < open.length; step++) {
    const score = scores[at] ?? Infinity;
    if (open[at] !== CLOSED && (best < 0 || score < bestScore)) {
      best = at;
      bestScore = score;
    }
    at = at + 1 === open.length ? 0 : at + 1;
  }
  return best;
}

/** Writes the indexes of the best into `into`, the picked first; returns how many. */
function rank(round: Round, picked: number, into: number[]): number {
  into[0] = picked;
  let count = 1;
  for (let at = 0; at < round.open.length; at++) {
    if (round.open[at] === CLOSED || at === picked) continue;
    if (count < MOST) into[count++] = at;
    else if (isBetter(round, at, into[MOST - 1])) into[MOST - 1] = at;
    else continue;
    bubbleUp(round, into, count - 1);
  }
  return count;
}

/** Moves the last of the ranked to its place behind the picked one. */
function bubbleUp(round: Round, ranked: number[], last: number): void {
  const moved = ranked[last] ?? 0;
  let place = last;
  for (; place > 1 && isBetter(round, moved, ranked[place - 1]); place--) {
    ranked[place] = ranked[place - 1] ?? 0;
  }
  ranked[place] = moved;
}

function isBetter({ scores }: Round, one: number, other = 0): boolean {
  return (scores[one] ?? Infinity) < (scores[other] ?? Infinity);
}
