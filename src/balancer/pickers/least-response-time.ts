// least-response-time: shortest expected wait, average time to first byte times the queue.
import { estimateAtNs, fleetMeanNs } from "../estimate.ts";
import { CLOSED, TRIAL } from "../health.ts";
import { createLoad } from "./load.ts";
import type { Picker, PickerParts } from "./picker.ts";
import { createTurns } from "./turns.ts";

export function createLeastResponseTimePicker(parts: PickerParts): Picker {
  const { endpoints, serviceSlot, shared } = parts;
  const load = createLoad(endpoints, 1);
  const turns = createTurns(endpoints);
  const slots = Int32Array.from(endpoints, (endpoint) => endpoint.slot);
  const at = { fleetNs: 0, nowNs: 0 };
  return {
    score({ open, inflight, scores, nowNs }) {
      at.fleetNs = fleetMeanNs(shared, serviceSlot);
      at.nowNs = nowNs;
      for (let index = 0; index < slots.length; index++) {
        if (open[index] === CLOSED) continue;
        const queue = load(index, (inflight[index] ?? 0) + turns.of(index));
        // A trial goes first: by its own record it would never be tried again.
        scores[index] =
          open[index] === TRIAL ? 0 : estimateAtNs(shared, slots[index] ?? 0, at) * queue;
      }
    },
    picked: (_round, index) => turns.picked(index),
  };
}
