// Makes the Exchange of an arrival: trace context, ids and the first facts of its row.
import type { Clock } from "../core/clock.ts";
import { HeaderList } from "../core/header-list.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import type { Downstream, Sender } from "../downstream/downstream.ts";
import { RequestRecord } from "../telemetry/record.ts";
import type { IdSource } from "../telemetry/span-ids.ts";
import { type TraceContext, traceresponse } from "../telemetry/trace-context.ts";
import { Exchange } from "./exchange.ts";
import type { Snapshot } from "./snapshot.ts";

export interface OpenParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The snapshot in force; a request finishes on the one it began with. */
  readonly current: () => Snapshot;
}

export function createOpenExchange(parts: OpenParts): (downstream: Downstream) => Exchange {
  return (downstream) => {
    const { method, httpVersion, headers } = downstream.head;
    const snapshot = parts.current();
    const { record, trace } = openRecord(parts, snapshot, headers);
    record.method = method;
    record.httpVersion = httpVersion;
    record.contentType = headers.get("content-type") ?? "";
    record.userAgent = headers.get("user-agent") ?? "";
    record.headers = snapshot.rowHeaders(headers);
    record.clientAddress = downstream.address;
    noteTls(record, downstream.tls);
    return new Exchange({
      downstream,
      snapshot,
      record,
      trace,
      startedNs: parts.clock.nowNs(),
      replyHeaders: ["traceresponse", traceresponse(trace, record.spanId)],
    });
  };
}

/** For bytes that never became a request: a new trace, so that the refusal can be found. */
export function createOpenMalformed(
  parts: OpenParts,
): (sender: Sender) => { record: RequestRecord; replyHeaders: readonly string[] } {
  return ({ address, tls }) => {
    const { record, trace } = openRecord(parts, parts.current(), new HeaderList([]));
    record.clientAddress = address;
    noteTls(record, tls);
    return { record, replyHeaders: ["traceresponse", traceresponse(trace, record.spanId)] };
  };
}

function noteTls(record: RequestRecord, tls: TlsFacts | null): void {
  if (tls === null) return;
  record.scheme = "https";
  record.tlsVersion = tls.version;
}

function openRecord(
  { clock, ids }: OpenParts,
  { propagation, revision, conceal }: Snapshot,
  headers: HeaderList,
): { record: RequestRecord; trace: TraceContext } {
  const trace = propagation.extract(headers);
  const record = new RequestRecord();
  record.conceal = conceal;
  record.configRevision = revision;
  record.startedAtMs = clock.wallMs();
  record.traceId = trace.traceId;
  record.spanId = ids.spanId();
  record.parentSpanId = trace.parentSpanId;
  record.traceFlags = trace.flags;
  record.traceState = trace.state;
  record.sampled = (trace.flags & 1) === 1;
  return { record, trace };
}
