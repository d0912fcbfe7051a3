// What one attempt leaves in the record of its request.
import type { Lease } from "../balancer/lease.ts";
import type { AttemptRecord, RequestRecord } from "../telemetry/record.ts";
import type { AttemptTiming } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";

interface Begun {
  readonly exchange: Exchange;
  readonly lease: Lease;
}

export function openAttempt({ exchange, lease }: Begun, nowNs: number): AttemptRecord {
  const attempt = {
    upstream: lease.endpoint.url,
    startedNs: nowNs - exchange.startedNs,
    durationNs: 0,
    status: 0,
    error: "",
  };
  exchange.record.attempts.push(attempt);
  return attempt;
}

/** Waits of all attempts count, and the answer of the last. */
export function noteTiming(record: RequestRecord, timing: AttemptTiming, durationNs: number): void {
  record.queueNs += timing.queueNs;
  record.connectNs += timing.connectNs;
  record.upstreamFirstByteNs = timing.firstByteNs;
  record.upstreamNs = durationNs;
}
