// Holds an endpoint that has just joined or come back to its fair share until it has warmed up.
import type { Nanos } from "../../core/clock.ts";
import { FIELD } from "../shared-state.ts";
import type { PickerParts } from "./picker.ts";

export const YOUNG_NS = 10e9;
/** Where more than this share is young, the fleet is new and there is nobody to spare it. */
const MOST_YOUNG = 0.5;
const MOST_CREDIT = 1;
/** Youth is a matter of seconds: no need to look at each decision. */
const LOOK_EVERY_NS = 50e6;

export interface ColdStartCap {
  /** Looks who is young now; before `isReached`. */
  readonly refresh: (nowNs: Nanos) => void;
  /** Whether there is anybody to hold back. */
  readonly holds: () => boolean;
  /** True where picking the endpoint would exceed its share of this worker's picks. */
  readonly isReached: (index: number) => boolean;
  readonly picked: (index: number) => void;
}

/** Each pick gives every young endpoint its share of a credit; being picked costs a whole one. */
export function createColdStartCap({ endpoints, shared }: PickerParts): ColdStartCap {
  const slots = Int32Array.from(endpoints, (endpoint) => endpoint.slot);
  const total = endpoints.reduce((sum, endpoint) => sum + endpoint.weight, 0);
  const shares = Float64Array.from(endpoints, (endpoint) => endpoint.weight / total);
  const credits = new Float64Array(slots.length);
  const young = new Uint8Array(slots.length);
  let anyYoung = false;
  let lookAtNs = 0;

  return {
    refresh(nowNs) {
      if (nowNs < lookAtNs) return;
      lookAtNs = nowNs + LOOK_EVERY_NS;
      let count = 0;
      for (let at = 0; at < slots.length; at++) {
        const isYoung = nowNs - shared.read(slots[at] ?? 0, FIELD.sinceNs) < YOUNG_NS;
        young[at] = isYoung ? 1 : 0;
        if (isYoung) count++;
      }
      anyYoung = count > 0 && count <= slots.length * MOST_YOUNG;
    },
    holds: () => anyYoung,
    isReached: (index) => young[index] === 1 && (credits[index] ?? 0) < 1,
    picked(index) {
      if (!anyYoung) return;
      for (let at = 0; at < slots.length; at++) {
        credits[at] = Math.min(MOST_CREDIT, (credits[at] ?? 0) + (shares[at] ?? 0));
      }
      if (young[index] === 1) credits[index] = (credits[index] ?? 0) - 1;
    },
  };
}
