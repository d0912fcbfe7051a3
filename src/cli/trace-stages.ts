// How each stage of a request looks in a terminal.
import type { StageName } from "../telemetry/request-stages.ts";
import type { Tone } from "./terminal.ts";

/** One column of a bar of each stage, told apart without colours too. */
export const STAGE_LOOKS: Readonly<Record<StageName, readonly [glyph: string, tone: Tone]>> = {
  identify: ["▌", "faint"],
  authorize: ["▌", "policy"],
  balance: ["▌", "accent"],
  queue: ["░", "slow"],
  connect: ["▒", "slow"],
  wait: ["█", "latency"],
  stream: ["▓", "latency"],
};
