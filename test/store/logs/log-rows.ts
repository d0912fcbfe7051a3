// Rows of services' logs as the spool has them, for tests of what is read back.
import type { Batch } from "../../../src/telemetry/sink.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";
import { timestamp } from "../support.ts";

export interface LogRow {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
  readonly service?: string;
  /** As OpenTelemetry numbers it. */
  readonly level?: number;
  readonly levelText?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly resource?: Readonly<Record<string, string>>;
  readonly traceId?: string;
  readonly spanId?: string;
}

const { table, columns, format } = STREAMS.logs;

export function logBatch(token: string, rows: readonly LogRow[]): Batch {
  const lines = rows.map((row) => {
    const values = valuesOf(row);
    return `${JSON.stringify(columns.map((column) => values[column] ?? ""))}\n`;
  });
  return { table, columns, format, body: Buffer.from(lines.join("")), rows: rows.length, token };
}

function valuesOf(row: LogRow): Readonly<Record<string, unknown>> {
  const { service = "orders", level = 9, attributes = {}, resource = {} } = row;
  return {
    Timestamp: timestamp(row.atMs),
    TraceId: row.traceId,
    SpanId: row.spanId,
    TraceFlags: 0,
    SeverityText: row.levelText,
    SeverityNumber: level,
    ServiceName: service,
    Body: row.text,
    ResourceAttributes: { "service.name": service, ...resource },
    ScopeAttributes: {},
    LogAttributes: attributes,
  };
}
