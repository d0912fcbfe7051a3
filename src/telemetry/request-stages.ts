// Where the time of one request went inside weir, stage by stage; for the terminal and the UI.
import type { RequestRow } from "./columns.ts";

export type StageName =
  | "identify"
  | "authorize"
  | "balance"
  | "queue"
  | "connect"
  | "wait"
  | "stream";

export interface Stage {
  readonly name: StageName;
  /** From the request's start, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
}

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
  if (lastAttempt !== undefined || row.balance_ns > 0) add("balance", row.balance_ns);
  if (lastAttempt === undefined) return stages;
  at = Math.max(at, lastAttempt);
  add("queue", row.queue_ns);
  add("connect", row.connect_ns);
  add("wait", row.upstream_first_byte_ns);
  if (row.upstream_first_byte_ns > 0) add("stream", Math.max(0, row.duration_ns - at));
  return stages;
}
