// A trace as bars in time, children under their parents: weir's spans and the services' in one tree.
import type { RequestRow } from "../telemetry/columns.ts";
import { hostOf, type ServiceSpan, type Trace } from "./trace-rows.ts";
import { type Stage, stagesOf } from "../telemetry/request-stages.ts";

export interface Bar {
  readonly id: string;
  readonly parentId: string;
  /** "weir" for its own spans. */
  readonly service: string;
  readonly name: string;
  /** From the trace's first instant, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
  readonly failed: boolean;
  /** Of weir's server spans. */
  readonly stages: readonly Stage[];
}

export interface PlacedBar extends Bar {
  readonly depth: number;
}

export interface TraceTree {
  /** Depth first, siblings in order of time. */
  readonly bars: readonly PlacedBar[];
  readonly totalNs: number;
  /** The trace's first instant, nanoseconds since the epoch. */
  readonly firstNs: bigint;
}

export const OWN_SERVICE = "weir";

export function treeOf({ requests, spans, logs }: Trace): TraceTree {
  const starts = [...requests, ...spans].map(({ started_at }) => instantNs(started_at));
  const first = starts.reduce(
    (least, start) => (start < least ? start : least),
    starts[0] ?? instantNs(logs[0]?.time ?? ""),
  );
  const since = (instant: string): number => Number(instantNs(instant) - first);
  const own = requests.flatMap((row) => requestBars(row, since(row.started_at)));
  const known = new Set(own.map(({ id }) => id));
  // weir's spans come back by OTLP where it exports to its own collector.
  const others = spans.filter(({ span_id }) => !known.has(span_id));
  const bars = [...own, ...others.map((span) => spanBar(span, since(span.started_at)))];
  const end = bars.reduce((most, bar) => Math.max(most, bar.startNs + bar.durationNs), 1);
  return { bars: place(bars), totalNs: end, firstNs: first };
}

/** Nanoseconds since the epoch of an ISO time, which a number cannot hold. */
export function instantNs(text: string): bigint {
  const [, seconds = "", fraction = "", zone = ""] =
    /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const ms = Date.parse(`${seconds.replace(" ", "T")}${zone === "" ? "Z" : zone}`);
  if (Number.isNaN(ms)) return 0n;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
}

function requestBars(row: RequestRow, startNs: number): Bar[] {
  const server: Bar = {
    id: row.span_id,
    parentId: row.parent_span_id,
    service: OWN_SERVICE,
    name: `${row.method} ${row.path} ${row.status}`,
    startNs,
    durationNs: row.duration_ns,
    failed: row.status >= 500 || row.decision === "deny",
    stages: stagesOf(row),
  };
  return [server, ...row.attempt_span_id.map((_, at) => attemptBar(row, at, startNs))];
}

function attemptBar(row: RequestRow, at: number, startNs: number): Bar {
  const error = row.attempt_error[at] ?? "";
  const status = row.attempt_status[at] ?? 0;
  const outcome = error === "" ? String(status) : error;
  return {
    id: row.attempt_span_id[at] ?? "",
    parentId: row.span_id,
    service: OWN_SERVICE,
    name: `→ ${row.service} ${hostOf(row.attempt_upstream[at] ?? "")} ${outcome}`,
    startNs: startNs + (row.attempt_started_ns[at] ?? 0),
    durationNs: row.attempt_duration_ns[at] ?? 0,
    failed: error !== "" || status >= 500,
    stages: [],
  };
}

function spanBar(span: ServiceSpan, startNs: number): Bar {
  return {
    id: span.span_id,
    parentId: span.parent_span_id,
    service: span.service,
    name: span.name,
    startNs,
    durationNs: span.duration_ns,
    failed: /error/i.test(span.status),
    stages: [],
  };
}

/** Bars whose parent is not here, or that go in a circle, are roots. Senders choose the ids. */
function place(bars: readonly Bar[]): readonly PlacedBar[] {
  const ordered = bars.toSorted((a, b) => a.startNs - b.startNs);
  const under = childrenOf(ordered);
  const placed = new Map<string, PlacedBar>();
  const roots = [...(under.get("") ?? []), ...ordered];
  for (const root of roots) {
    // A stack of our own: a chain of spans may be longer than the machine's.
    const waiting: PlacedBar[] = [{ ...root, depth: 0 }];
    for (let bar = waiting.pop(); bar !== undefined; bar = waiting.pop()) {
      if (placed.has(bar.id)) continue;
      placed.set(bar.id, bar);
      const depth = bar.depth + 1;
      const children = under.get(bar.id) ?? [];
      waiting.push(...children.toReversed().map((child) => ({ ...child, depth })));
    }
  }
  return [...placed.values()];
}

/** Bars by parent; those whose parent is not here under "". */
function childrenOf(bars: readonly Bar[]): ReadonlyMap<string, readonly Bar[]> {
  const known = new Set(bars.map(({ id }) => id));
  const under = new Map<string, Bar[]>();
  for (const bar of bars) {
    const parent = known.has(bar.parentId) ? bar.parentId : "";
    const siblings = under.get(parent);
    if (siblings === undefined) under.set(parent, [bar]);
    else siblings.push(bar);
  }
  return under;
}
