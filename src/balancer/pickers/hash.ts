// hash: the same key to the same endpoint while the list stays the same.
import { keepsNoTurn, type Picker, type PickerParts } from "./picker.ts";

/** Key modulo the sum of weights names the home; the score is the distance from it in list order. */
export function createHashPicker({ endpoints, random }: PickerParts): Picker {
  const ends: number[] = [];
  let total = 0;
  for (const endpoint of endpoints) ends.push((total += endpoint.weight));

  return {
    score({ hash, scores }) {
      const point = (hash === 0 ? random() : hash / 2 ** 32) * total;
      let home = 0;
      while (home < ends.length - 1 && point >= (ends[home] ?? 0)) home++;
      for (let at = 0; at < ends.length; at++) {
        scores[at] = at >= home ? at - home : at - home + ends.length;
      }
    },
    picked: keepsNoTurn,
  };
}
