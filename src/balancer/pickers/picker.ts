// What all pickers share: they score the candidates of one decision, and the pool takes the lowest.
import type { Nanos, Random } from "../../core/clock.ts";
import type { SharedState } from "../shared-state.ts";

export interface Endpoint {
  readonly url: string;
  /** Its place in shared memory. */
  readonly slot: number;
  /** Relative share; 0 takes no traffic. */
  readonly weight: number;
}

/** One decision. The arrays, by endpoint index, are used again for the next one. */
export interface Round {
  /** CLOSED, OPEN or TRIAL (health.ts). */
  readonly open: Uint8Array;
  /** Attempts in flight from all workers. */
  readonly inflight: Float64Array;
  /** To be filled by the picker for each endpoint that is not closed. */
  readonly scores: Float64Array;
  /** 32-bit hash of the request's key; 0: none. */
  hash: number;
  nowNs: Nanos;
}

export interface Picker {
  /** Writes the scores: the lowest finite one is picked, equal ones by chance. Must not allocate. */
  readonly score: (round: Round) => void;
  /** Told the choice, for pickers that keep a turn. */
  readonly picked: (round: Round, index: number) => void;
}

export interface PickerParts {
  readonly endpoints: readonly Endpoint[];
  /** Where the service itself keeps its fleet mean. */
  readonly serviceSlot: number;
  readonly shared: SharedState;
  readonly random: Random;
}

/** For pickers without memory of their own. */
export function keepsNoTurn(): void {
  // Nothing to remember.
}
