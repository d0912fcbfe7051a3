// An hour of requests with a cause planted in it: who is slow, where, and since when.
import type { Batch } from "../../../src/telemetry/sink.ts";
import { batch, line, timestamp } from "../support.ts";

const HOUR_MS = 3_600_000;
const MS = 1_000_000;
export const PLANTED_ROWS = 3000;
/** From the hour's beginning. */
export const SLOW_FROM_MS = HOUR_MS / 2;

/** Ten callers over three upstreams; one upstream is slow for one caller and one region, in the second half. */
export function plantedTraffic(sinceMs: number): Batch {
  const lines = Array.from({ length: PLANTED_ROWS }, (_, at) => {
    const atMs = Math.floor((at / PLANTED_ROWS) * HOUR_MS);
    const caller = `caller-${at % 10}`;
    const upstream = `http://u${Math.floor(at / 10) % 3}:1`;
    const isSlow = atMs >= SLOW_FROM_MS && caller === "caller-7" && upstream === "http://u1:1";
    return line({
      route: "orders",
      service: "shop",
      method: at % 2 === 0 ? "GET" : "POST",
      started_at: timestamp(sinceMs + atMs),
      trace_id: at.toString(16).padStart(32, "0"),
      span_id: at.toString(16).padStart(16, "0"),
      principal: caller,
      upstream,
      attempt_upstream: [upstream],
      attempt_duration_ns: [MS],
      attempt_status: [200],
      attempt_error: [""],
      attempt_span_id: [`a${at}`],
      attempt_started_ns: [0],
      roles: isSlow ? ["staff", "heavy"] : ["staff"],
      status: 200,
      duration_ns: (isSlow ? 900 : 10) * MS,
      upstream_first_byte_ns: (isSlow ? 880 : 5) * MS,
      authorize_ns: isSlow ? 1000 : 6 * MS,
      attributes: { region: isSlow ? "north" : "south" },
    });
  });
  return batch("planted", lines);
}
