// least-connections: fewest attempts in flight for its weight.
import { CLOSED } from "../health.ts";
import { createLoad } from "./load.ts";
import { keepsNoTurn, type Picker, type PickerParts } from "./picker.ts";

export function createLeastConnectionsPicker({ endpoints }: PickerParts): Picker {
  const load = createLoad(endpoints, 1);
  return {
    score({ open, inflight, scores }) {
      for (let at = 0; at < open.length; at++) {
        if (open[at] !== CLOSED) scores[at] = load(at, inflight[at] ?? 0);
      }
    },
    picked: keepsNoTurn,
  };
}
