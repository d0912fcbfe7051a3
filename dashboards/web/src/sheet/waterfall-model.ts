// A trace as a list of bars in time, children under their parents.
import type { RequestRow, Span, Trace, TraceLine } from "../request-row.ts";
import { storedWords } from "../words/stored.ts";
import { earliest, type FineTime, fineTime, nsSince } from "../words/time.ts";
import type { Stage } from "../../../../src/telemetry/request-stages.ts";
import { skewNs } from "./clock-skew.ts";
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
  /** How much later than its own clock said it is shown; not 0 where that clock is behind its parent's. */
  readonly skewNs: number;
  readonly dots: readonly Dot[];
}

/** A line that was logged within a span. */
export interface Dot {
  readonly line: TraceLine;
  /** From the trace's first instant, nanoseconds, moved as its span is. */
  readonly atNs: number;
}

export interface Waterfall {
  readonly bars: readonly PlacedBar[];
  readonly totalNs: number;
  /** Services in order of appearance, for their colours. */
  readonly services: readonly string[];
}

export function waterfallOf(trace: Trace): Waterfall {
  const times = [...trace.requests, ...trace.spans].map(({ started_at }) => started_at);
  const first = fineTime(earliest(times));
  const bars = [
    ...trace.requests.flatMap((row) => requestBars(row, first)),
    ...trace.spans.map((span) => spanBar(span, first)),
  ];
  const dots = Map.groupBy(
    trace.logs.map((line) => ({ line, atNs: nsSince(first, line.time) })),
    ({ line: { span_id: spanId } }) => spanId,
  );
  const placed = fromZero(place(bars), dots);
  return {
    bars: placed,
    totalNs: placed.reduce((most, bar) => Math.max(most, bar.startNs + bar.durationNs), 1),
    services: [...new Set(placed.map(({ service }) => service))].filter((name) => name !== "weir"),
  };
}

function requestBars(row: RequestRow, first: FineTime): Bar[] {
  const startNs = nsSince(first, row.started_at);
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

function spanBar(span: Span, first: FineTime): Bar {
  return {
    id: span.span_id,
    parentId: span.parent_span_id,
    kind: "span",
    service: span.service,
    name: span.name,
    startNs: nsSince(first, span.started_at),
    durationNs: span.duration_ns,
    failed: /error/i.test(span.status),
    note: "",
    stages: [],
  };
}

type Undotted = Omit<PlacedBar, "dots">;

/** Moved to where they are shown, the first of all at 0, with what was logged within them. */
function fromZero(
  bars: readonly Undotted[],
  dots: ReadonlyMap<string, readonly Dot[]>,
): readonly PlacedBar[] {
  const first = bars.reduce((least, bar) => Math.min(least, bar.startNs + bar.skewNs), Infinity);
  return bars.map((bar) => {
    const shiftNs = bar.skewNs - first;
    const moved = (dots.get(bar.id) ?? []).map(({ line, atNs }) => ({
      line,
      atNs: atNs + shiftNs,
    }));
    return { ...bar, startNs: bar.startNs + shiftNs, dots: moved };
  });
}

/** What moves a parent moves what is told by the same clock, too. */
function below(parent: Undotted | null, bar: Bar): Pick<PlacedBar, "depth" | "skewNs"> {
  if (parent === null) return { depth: 0, skewNs: 0 };
  const sharedNs = clockOf(parent) === clockOf(bar) ? parent.skewNs : 0;
  const shown = { startNs: parent.startNs + parent.skewNs, durationNs: parent.durationNs };
  const own = { startNs: bar.startNs + sharedNs, durationNs: bar.durationNs };
  return { depth: parent.depth + 1, skewNs: sharedNs + skewNs(shown, own) };
}

/** Attempts are weir's own, whatever the service they were made at. */
function clockOf({ kind, service }: Bar): string {
  return kind === "span" ? service : "weir";
}

/** Depth first, siblings by start. Bars whose parent is not here, or that go in a circle, are roots. */
function place(bars: readonly Bar[]): readonly Undotted[] {
  const ordered = bars.toSorted((a, b) => a.startNs - b.startNs);
  const known = new Set(bars.map(({ id }) => id));
  const under = Map.groupBy(ordered, ({ parentId }) => (known.has(parentId) ? parentId : ""));
  const out: Undotted[] = [];
  const seen = new Set<string>();
  // No recursion: a chain of thousands of spans would be too deep for the stack.
  const walk = (root: Bar): void => {
    const waiting: { bar: Bar; parent: Undotted | null }[] = [{ bar: root, parent: null }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { bar, parent } = next;
      if (seen.has(bar.id)) continue;
      seen.add(bar.id);
      const children = under.get(bar.id) ?? [];
      const placed = { ...bar, children: children.length, ...below(parent, bar) };
      out.push(placed);
      for (const child of children.toReversed()) waiting.push({ bar: child, parent: placed });
    }
  };
  for (const root of under.get("") ?? []) walk(root);
  for (const circling of ordered) walk(circling);
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
