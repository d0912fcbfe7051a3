// consistent-hash: the same key to the same endpoint, and few keys move when endpoints change.
import { hash32, mix32 } from "../hash-key.ts";
import { CLOSED } from "../health.ts";
import { keepsNoTurn, type Picker, type PickerParts } from "./picker.ts";

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; logarithmic weights as in Schindelhauer
 * and Schomaker 2005): key and endpoint give a number in (0, 1), -ln(number) / weight is the score.
 * Only keys of an endpoint that went, or came, move; list order does not matter.
 */
export function createConsistentHashPicker({ endpoints, random }: PickerParts): Picker {
  const weights = Float64Array.from(endpoints, (endpoint) => endpoint.weight);
  const seeds = Uint32Array.from(endpoints, (endpoint) => hash32(endpoint.url));
  return {
    score({ hash, open, scores }) {
      const key = hash === 0 ? Math.floor(random() * 2 ** 32) : hash;
      for (let at = 0; at < weights.length; at++) {
        if (open[at] === CLOSED) continue;
        const uniform = (mix32(key ^ (seeds[at] ?? 0)) + 0.5) / 2 ** 32;
        scores[at] = -Math.log(uniform) / (weights[at] ?? 1);
      }
    },
    picked: keepsNoTurn,
  };
}
