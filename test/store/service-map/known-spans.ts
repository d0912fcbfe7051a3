// Spans beside the known traffic: who called weir, who answered behind it, and whom that one called.

import { type line, timestamp } from "../support.ts";

/** As knownTraffic has them: its first group is of six requests, the first attempt of each has the id "a0". */
function traceOf(at: number): string {
  return (at + 1 + 200).toString(16).padStart(32, "0");
}

const CALLED = "f".repeat(32);

/** A request that an application sent within a trace of its own. */
export function calledRow(fromMs: number): Parameters<typeof line>[0] {
  return {
    started_at: timestamp(fromMs + 61_000),
    trace_id: CALLED,
    span_id: "r1",
    parent_span_id: "f1",
    service: "shop",
    route: "orders",
    principal: "alice",
    status: 200,
    duration_ns: 5_000_000,
  };
}

/** An INSERT of them, in the hour of the known traffic. */
export function knownSpans(fromMs: number): string {
  const calling = spanOf(fromMs, [CALLED, "f1", "", "frontend", "Unset"]);
  const rows = [0, 1].flatMap((at) => [
    spanOf(fromMs, [traceOf(at), "s1", "a0", "shop", "Unset"]),
    // One of two was kept by a sampler.
    spanOf(
      fromMs,
      [traceOf(at), "s2", "s1", "ledger", at === 0 ? "Error" : "Unset"],
      at === 0 ? 1 : 3,
    ),
  ]);
  return `INSERT INTO otel_spans (Timestamp, TraceId, SpanId, ParentSpanId, ServiceName, StatusCode, Duration, SpanAttributes)
    VALUES ${[calling, ...rows].join(", ")}`;
}

type Words = readonly [
  trace: string,
  span: string,
  parent: string,
  service: string,
  status: string,
];

function spanOf(fromMs: number, words: Words, sampleRate = 1): string {
  const values = words.map((word) => `'${word}'`).join(", ");
  return `(fromUnixTimestamp64Milli(${fromMs + 60_000}, 'UTC'), ${values}, 5000000, map('SampleRate', '${sampleRate}'))`;
}
