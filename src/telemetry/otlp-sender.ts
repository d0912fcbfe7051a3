// Rows as OpenTelemetry spans through the SDK's batching and its OTLP/HTTP exporter.
// Imported only when export is on: the SDK takes longer to load than all of weir.
import {
  context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TraceState,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK, type NodeSDKConfiguration } from "@opentelemetry/sdk-node";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { SpooledRow } from "./groups/spooled-row.ts";
import type { QueueSizes } from "./otlp-env.ts";
import { type SpanFacts, spansOf } from "./semconv.ts";

type SdkSampler = NodeSDKConfiguration["sampler"];
type SdkExporter = NodeSDKConfiguration["traceExporter"];

/** Spans given over, by how they ended; what is in none of them is on its way. */
export interface SendCounts {
  readonly sent: number;
  readonly failed: number;
}

export interface SpanSender {
  /** Hands one row's spans to the SDK's batch; gives how many they are. */
  readonly send: (row: SpooledRow) => number;
  readonly counts: () => SendCounts;
  /** Sends what waits, then unloads; rejects where that fails. */
  readonly shutdown: () => Promise<void>;
}

export interface SenderOptions {
  readonly resource: Readonly<Record<string, string>>;
  readonly sizes: QueueSizes;
  readonly log: Log;
  /** Called after each delivery or failure of a batch. */
  readonly settled: () => void;
}

const NANOS_PER_SECOND = 1e9;
/**
 * Keeps every span: the rows were sampled already. 2 is RECORD_AND_SAMPLED of an enum in a package
 * that we do not depend on.
 */
const KEEP_ALL = { shouldSample: () => ({ decision: 2 }) } as object as SdkSampler;
const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** Starts the SDK, which reads OTEL_EXPORTER_OTLP_* and OTEL_BSP_* from the process's environment. */
export function startSender(options: SenderOptions): SpanSender {
  const exporter = createCountingExporter(options);
  const ids = { traceId: "", spanId: "" };
  const sdk = new NodeSDK({
    traceExporter: exporter.exporter,
    sampler: KEEP_ALL,
    // The ids that clients and upstreams were told, set before each span.
    idGenerator: { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId },
    // The SDK's own detectors would publish the command line and its secrets.
    resourceDetectors: [{ detect: () => ({ attributes: { ...options.resource } }) }],
    textMapPropagator: null,
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  withSizes(options.sizes, () => sdk.start());
  const tracer = trace.getTracer("weir");
  // The SDK makes itself the process's tracer; that place belongs to whoever embeds weir.
  trace.disable();
  context.disable();
  return {
    send: (row) => emit(tracer, ids, row),
    counts: exporter.counts,
    shutdown: () => sdk.shutdown(),
  };
}

/** The environment is all that the SDK's batching reads; its classes are in a package we do not depend on. */
function withSizes({ queue, batch }: QueueSizes, start: () => void): void {
  const sizes = { OTEL_BSP_MAX_QUEUE_SIZE: queue, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: batch };
  const before = Object.keys(sizes).map((name) => [name, process.env[name]] as const);
  for (const [name, size] of Object.entries(sizes)) process.env[name] = String(size);
  start();
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** The OTLP exporter, its outcomes counted, an outage logged when it begins and when it ends. */
function createCountingExporter({ log, settled }: SenderOptions): {
  exporter: SdkExporter;
  counts: () => SendCounts;
} {
  const otlp = new OTLPTraceExporter();
  let counts: SendCounts = { sent: 0, failed: 0 };
  let down = false;
  const exporter: SdkExporter = {
    export: (spans, done) => {
      otlp.export(spans, (result) => {
        const failed = result.error !== undefined;
        const { length } = spans;
        if (failed) counts = { ...counts, failed: counts.failed + length };
        else counts = { ...counts, sent: counts.sent + length };
        if (failed && !down) log.warn("span_export_down", { reason: messageOf(result.error) });
        if (!failed && down) log.info("span_export_up", { ...counts });
        down = failed;
        done(result);
        settled();
      });
    },
    shutdown: () => otlp.shutdown(),
    forceFlush: () => otlp.forceFlush(),
  };
  return { exporter, counts: () => counts };
}

function emit(tracer: Tracer, ids: { traceId: string; spanId: string }, row: SpooledRow): number {
  const [server, ...clients] = spansOf(row);
  if (server === undefined) return 0;
  const start = timeOf(row.text("started_at"));
  const record = (facts: SpanFacts, parent: typeof ROOT_CONTEXT): Span => {
    ids.traceId = row.text("trace_id");
    ids.spanId = facts.spanId;
    const startTime = later(start, facts.startedNs);
    const { name, attributes } = facts;
    const span = tracer.startSpan(name, { kind: KINDS[facts.kind], startTime, attributes }, parent);
    if (facts.error) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(later(startTime, facts.durationNs));
    return span;
  };
  const span = record(server, callerOf(row));
  const inside = trace.setSpan(ROOT_CONTEXT, span);
  for (const client of clients) record(client, inside);
  return clients.length + 1;
}

/** The caller's span as the parent; none where weir started the trace. */
function callerOf(row: SpooledRow): typeof ROOT_CONTEXT {
  const spanId = row.text("parent_span_id");
  if (spanId === "") return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: row.text("trace_id"),
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    traceState: stateOf(row.text("trace_state")),
  });
}

/** The state as received: the API's own class would drop keys that only Level 2 allows. */
function stateOf(text: string): TraceState {
  const state: TraceState = {
    get: () => undefined,
    set: () => state,
    unset: () => state,
    serialize: () => text,
  };
  return state;
}

/** "seconds.nanoseconds", as the row encoder writes wall time. */
function timeOf(text: string): HrTime {
  const [seconds = "0", nanos = "0"] = text.split(".");
  return [Number(seconds), Number(nanos.padEnd(9, "0"))];
}

function later([seconds, nanos]: HrTime, durationNs: number): HrTime {
  const sum = nanos + durationNs;
  return [seconds + Math.floor(sum / NANOS_PER_SECOND), sum % NANOS_PER_SECOND];
}
