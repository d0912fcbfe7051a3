// A spooled row as the request list shows it, so that a live row looks like one that was asked for.
import type { REQUEST_COLUMNS } from "../../telemetry/columns.ts";
import type { SpanRow } from "../../telemetry/export-row.ts";

type Name = (typeof REQUEST_COLUMNS)[number];

const TEXTS: readonly Name[] = [
  "kind",
  "trace_id",
  "span_id",
  "instance",
  "method",
  "host",
  "path",
  "route",
  "service",
  "principal",
  "principal_kind",
  "decision",
  "rule",
  "upstream",
  "picker",
  "error_code",
  "error_source",
];
const LISTS: readonly Name[] = ["candidates", "candidate_inflight"];
const NUMBERS: readonly Name[] = ["status", "duration_ns", "request_bytes", "response_bytes"];

export function listedRow(row: SpanRow): Readonly<Record<string, unknown>> {
  return {
    started_at: isoOf(row.text("started_at")),
    ...Object.fromEntries(TEXTS.map((name) => [name, row.text(name)])),
    ...Object.fromEntries(NUMBERS.map((name) => [name, row.number(name)])),
    ...Object.fromEntries(LISTS.map((name) => [name, row.list(name)])),
    // The store keeps these as Float32.
    candidate_scores: row.list("candidate_scores").map((score) => Math.fround(Number(score))),
    attempts: row.list("attempt_upstream").length,
    completed: row.flag("completed"),
  };
}

/** "1763712000.123456789", seconds since the epoch, with all its digits. */
function isoOf(timestamp: string): string {
  const [seconds = "0", fraction = ""] = timestamp.split(".", 2);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${fraction.padEnd(9, "0")}Z`;
}
