// Where the time of one request went inside weir, stage by stage.
import type { RequestRow } from "../request-row.ts";

export interface Stage {
  readonly name: "identify" | "authorize" | "balance" | "queue" | "connect" | "wait" | "stream";
  /** From the request's start, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
}

export const STAGE_COLORS: Readonly<Record<Stage["name"], string>> = {
  identify: "--faint",
  authorize: "--policy",
  balance: "--accent",
  queue: "--slow",
  connect: "--s6",
  wait: "--latency",
  stream: "--p50",
};

export const STAGE_HINTS: Readonly<Record<Stage["name"], string>> = {
  identify: "verifying who calls",
  authorize: "the policy's decision",
  balance: "choosing an endpoint",
  queue: "waiting for a connection slot",
  connect: "opening a connection",
  wait: "from the request's head sent to the answer's head",
  stream: "passing the answer on",
};

/** In order of time. Those toward the upstream begin with the last attempt; what is left streams. */
export function stagesOf(row: RequestRow): readonly Stage[] {
  const stages: Stage[] = [];
  let at = 0;
  const add = (name: Stage["name"], durationNs: number): void => {
    if (durationNs > 0) stages.push({ name, startNs: at, durationNs });
    at += durationNs;
  };
  add("identify", row.identify_ns);
  add("authorize", row.authorize_ns);
  add("balance", row.balance_ns);
  const lastAttempt = row.attempt_started_ns.at(-1);
  if (lastAttempt === undefined) return stages;
  at = Math.max(at, lastAttempt);
  add("queue", row.queue_ns);
  add("connect", row.connect_ns);
  add("wait", row.upstream_first_byte_ns);
  if (row.upstream_first_byte_ns > 0) add("stream", Math.max(0, row.duration_ns - at));
  return stages;
}
