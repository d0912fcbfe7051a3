// weighted-round-robin: in turn by weight, without runs (the smooth algorithm nginx introduced).
import { CLOSED } from "../health.ts";
import type { Picker, PickerParts } from "./picker.ts";

/**
 * Each decision adds every candidate's weight to its credit, the highest credit is picked and pays
 * the sum. Weights 5, 1, 1 give a a b a c a a. The score is the negative credit.
 */
export function createWeightedRoundRobinPicker({ endpoints, random }: PickerParts): Picker {
  const weights = Float64Array.from(endpoints, (endpoint) => endpoint.weight);
  // Within a weight's size, so that workers do not march in step.
  const credits = weights.map((weight) => weight * random());
  return {
    score({ open, scores }) {
      for (let at = 0; at < weights.length; at++) {
        if (open[at] !== CLOSED) scores[at] = -((credits[at] ?? 0) + (weights[at] ?? 0));
      }
    },
    picked({ open, scores }, index) {
      let sum = 0;
      for (let at = 0; at < weights.length; at++) {
        if (open[at] === CLOSED) continue;
        credits[at] = -(scores[at] ?? 0);
        sum += weights[at] ?? 0;
      }
      credits[index] = (credits[index] ?? 0) - sum;
    },
  };
}
