// The picker for each word that `balance` may have in the config.
import type { BalancePolicy } from "../options.ts";
import { createAdaptivePicker } from "./adaptive.ts";
import { createConsistentHashPicker } from "./consistent-hash.ts";
import { createHashPicker } from "./hash.ts";
import { createLeastConnectionsPicker } from "./least-connections.ts";
import { createLeastResponseTimePicker } from "./least-response-time.ts";
import type { Picker, PickerParts } from "./picker.ts";
import { createRandomPicker } from "./random.ts";
import { createRoundRobinPicker } from "./round-robin.ts";
import { createWeightedRoundRobinPicker } from "./weighted-round-robin.ts";

const PICKERS: Readonly<Record<BalancePolicy, (parts: PickerParts) => Picker>> = {
  adaptive: createAdaptivePicker,
  "least-response-time": createLeastResponseTimePicker,
  "least-connections": createLeastConnectionsPicker,
  "round-robin": createRoundRobinPicker,
  "weighted-round-robin": createWeightedRoundRobinPicker,
  random: createRandomPicker,
  hash: createHashPicker,
  "consistent-hash": createConsistentHashPicker,
};

export function createPicker(policy: BalancePolicy, parts: PickerParts): Picker {
  return PICKERS[policy](parts);
}
