// random: by chance, in proportion to weight.
import { CLOSED } from "../health.ts";
import { keepsNoTurn, type Picker, type PickerParts } from "./picker.ts";

/**
 * A race: each endpoint draws an exponentially distributed time with its weight as rate, and the
 * first wins; its chance is its share of the weights, whoever else takes part.
 */
export function createRandomPicker({ endpoints, random }: PickerParts): Picker {
  const weights = Float64Array.from(endpoints, (endpoint) => endpoint.weight);
  return {
    score({ open, scores }) {
      for (let at = 0; at < weights.length; at++) {
        if (open[at] !== CLOSED) scores[at] = -Math.log(1 - random()) / (weights[at] ?? 1);
      }
    },
    picked: keepsNoTurn,
  };
}
