// A trace as a list of bars in time, children under their parents.
import type { RequestRow, Span, Trace } from "../request-row.ts";
import { storedWords } from "../words/stored.ts";
import { subMillisecondNs, timeMs } from "../words/time.ts";
import type { Stage } from "../../../../src/telemetry/request-stages.ts";
import { stagesOf } from "./stages.ts";

export interface Bar {
  readonly id: string;
  readonly parentId: string;
  readonly kind: "request" | "attempt" | "span";
  /** "weir" for its own spans. */
  readonly service: string;
  readonly name: string;
  /** From the trace's first instant, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
  readonly failed: boolean;
  /** What else is to be said, in a word or two. */
  readonly note: string;
  readonly stages: readonly Stage[];
}

export interface PlacedBar extends Bar {
  readonly depth: number;
  readonly children: number;
}

export interface Waterfall {
  readonly bars: readonly PlacedBar[];
  readonly totalNs: number;
  /** Services in order of appearance, for their colours. */
  readonly services: readonly string[];
}

export function waterfallOf(trace: Trace): Waterfall {
  const times = [...trace.requests, ...trace.spans].map(({ started_at }) => started_at);
  const first = times.toSorted().at(0) ?? "";
  const bars = [
    ...trace.requests.flatMap((row) => requestBars(row, first)),
    ...trace.spans.map((span) => spanBar(span, first)),
  ];
  const placed = place(bars);
  return {
    bars: placed,
    totalNs: Math.max(1, ...bars.map(({ startNs, durationNs }) => startNs + durationNs)),
    services: [...new Set(placed.map(({ service }) => service))].filter((name) => name !== "weir"),
  };
}

function sinceNs(from: string, to: string): number {
  const wholeNs = (timeMs(to) - timeMs(from)) * 1e6;
  return Math.round(wholeNs) + subMillisecondNs(to) - subMillisecondNs(from);
}

function requestBars(row: RequestRow, first: string): Bar[] {
  const startNs = sinceNs(first, row.started_at);
  const own: Bar = {
    id: row.span_id,
    parentId: row.parent_span_id,
    kind: "request",
    service: "weir",
    name: storedWords(`${row.method} ${row.path}`),
    startNs,
    durationNs: row.duration_ns,
    failed: row.status >= 500 || row.decision === "deny",
    note: String(row.status),
    stages: stagesOf(row),
  };
  return [own, ...row.attempt_span_id.map((_, index) => attemptBar(row, index, startNs))];
}

function attemptBar(row: RequestRow, index: number, startNs: number): Bar {
  const error = row.attempt_error[index] ?? "";
  return {
    id: row.attempt_span_id[index] ?? "",
    parentId: row.span_id,
    kind: "attempt",
    service: row.service,
    name: `${row.service} ${(row.attempt_upstream[index] ?? "").replace(/^https?:\/\//, "")}`,
    startNs: startNs + (row.attempt_started_ns[index] ?? 0),
    durationNs: row.attempt_duration_ns[index] ?? 0,
    failed: error !== "" || (row.attempt_status[index] ?? 0) >= 500,
    note: error === "" ? "" : error,
    stages: [],
  };
}

function spanBar(span: Span, first: string): Bar {
  return {
    id: span.span_id,
    parentId: span.parent_span_id,
    kind: "span",
    service: span.service,
    name: span.name,
    startNs: sinceNs(first, span.started_at),
    durationNs: span.duration_ns,
    failed: /error/i.test(span.status),
    note: "",
    stages: [],
  };
}

/** Depth first, siblings by start. Bars whose parent is not here, or that go in a circle, are roots. */
function place(bars: readonly Bar[]): readonly PlacedBar[] {
  const ordered = bars.toSorted((a, b) => a.startNs - b.startNs);
  const known = new Set(bars.map(({ id }) => id));
  const under = Map.groupBy(ordered, ({ parentId }) => (known.has(parentId) ? parentId : ""));
  const out: PlacedBar[] = [];
  const seen = new Set<string>();
  const walk = (bar: Bar, depth: number): void => {
    if (seen.has(bar.id)) return;
    seen.add(bar.id);
    const children = under.get(bar.id) ?? [];
    out.push({ ...bar, depth, children: children.length });
    for (const child of children) walk(child, depth + 1);
  };
  for (const root of under.get("") ?? []) walk(root, 0);
  for (const circling of ordered) walk(circling, 0);
  return out;
}

/** The bars left when those in `closed` hide what is under them. */
export function unfolded(bars: readonly PlacedBar[], closed: ReadonlySet<string>): PlacedBar[] {
  const out: PlacedBar[] = [];
  let hiddenBelow = Infinity;
  for (const bar of bars) {
    if (bar.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(bar.id) ? bar.depth : Infinity;
    out.push(bar);
  }
  return out;
}
