// Where the time of one request went inside weir, stage by stage.
import type { Tone } from "./terminal.ts";
import type { RequestRow } from "../telemetry/columns.ts";

export type StageName =
  | "identify"
  | "authorize"
  | "balance"
  | "queue"
  | "connect"
  | "first byte"
  | "stream";

export interface Stage {
  readonly name: StageName;
  /** From the request's start, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
}

/** One column of a bar of each stage, told apart without colours too. */
export const STAGE_LOOKS: Readonly<Record<StageName, readonly [glyph: string, tone: Tone]>> = {
  identify: ["▌", "faint"],
  authorize: ["▌", "policy"],
  balance: ["▌", "accent"],
  queue: ["░", "slow"],
  connect: ["▒", "slow"],
  "first byte": ["█", "latency"],
  stream: ["▓", "latency"],
};

/** In order of time. Those toward the upstream begin with the last attempt; what is left streams. */
export function stagesOf(row: RequestRow): readonly Stage[] {
  const stages: Stage[] = [];
  let at = 0;
  const add = (name: StageName, durationNs: number): void => {
    stages.push({ name, startNs: at, durationNs });
    at += durationNs;
  };
  add("identify", row.identify_ns);
  add("authorize", row.authorize_ns);
  const lastAttempt = row.attempt_started_ns.at(-1);
  if (lastAttempt === undefined) return stages;
  add("balance", row.balance_ns);
  at = Math.max(at, lastAttempt);
  add("queue", row.queue_ns);
  add("connect", row.connect_ns);
  add("first byte", row.upstream_first_byte_ns);
  if (row.upstream_first_byte_ns > 0) add("stream", Math.max(0, row.duration_ns - at));
  return stages;
}
