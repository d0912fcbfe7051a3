// least-connections: fewest attempts in flight for its weight.
import { CLOSED } from "../health.ts";
import { keepsNoTurn, type Picker, type PickerParts } from "./picker.ts";

export function createLeastConnectionsPicker({ endpoints }: PickerParts): Picker {
  const weights = Float64Array.from(endpoints, (endpoint) => endpoint.weight);
  return {
    score({ open, inflight, scores }) {
      for (let at = 0; at < weights.length; at++) {
        if (open[at] !== CLOSED) scores[at] = ((inflight[at] ?? 0) + 1) / (weights[at] ?? 1);
      }
    },
    picked: keepsNoTurn,
  };
}
