// How busy the machine is: time limits of tests hold for a machine that has nothing else to do.
import { spawnSync } from "node:child_process";

/** What an empty program takes on two cores of which one is free. */
const QUIET_MS = 60;
const SAMPLES = 3;

/** 1 on a quiet machine; 3 where an empty program takes three times as long as there. */
export function slowness(): number {
  const sinceMs = performance.now();
  for (let nth = 0; nth < SAMPLES; nth++) spawnSync(process.execPath, ["--eval", "0"]);
  return Math.max(1, (performance.now() - sinceMs) / SAMPLES / QUIET_MS);
}
