// round-robin: each in turn, whatever its weight.
import type { Picker, PickerParts } from "./picker.ts";

/** The score is how far off its turn is. Starts anywhere, so that workers do not march in step. */
export function createRoundRobinPicker({ endpoints, random }: PickerParts): Picker {
  const count = endpoints.length;
  let turn = Math.floor(random() * count);
  return {
    score({ scores }) {
      for (let at = 0; at < count; at++) scores[at] = at >= turn ? at - turn : at - turn + count;
    },
    picked(_round, index) {
      turn = (index + 1) % count;
    },
  };
}
