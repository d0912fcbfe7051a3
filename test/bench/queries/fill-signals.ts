// Services' spans and logs beside the request rows, of the same traces: a day of logs, spans of the newest traces.
import { TRACE_ID } from "./fill-requests.ts";
import type { Command } from "./patient-command.ts";

const DAY_S = 86_400;
const CHUNK = 100_000;
const SETTINGS = `SETTINGS max_block_size = 65536, min_insert_block_size_rows = 131072,
  min_insert_block_size_bytes = 0, max_insert_threads = 1, max_threads = 1`;

export interface Signals {
  readonly spans: number;
  readonly logs: number;
}

/** `untilS`: seconds since the epoch; none is newer. */
export async function fillSignals(
  command: Command,
  untilS: number,
  signals: Signals,
): Promise<void> {
  const kinds = [
    { insertOf: insertSpans, count: signals.spans },
    { insertOf: insertLogs, count: signals.logs },
  ];
  for (const { insertOf, count } of kinds) {
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = { from, rows: Math.min(CHUNK, count - from), count };
      await command(insertOf(chunk, untilS));
    }
  }
}

interface Chunk {
  readonly from: number;
  readonly rows: number;
  readonly count: number;
}

/** Evenly over the newest day. */
function at({ from, count }: Chunk, untilS: number): string {
  return `fromUnixTimestamp64Nano(toInt64((${untilS - DAY_S} + (${from} + number + 0.5) / ${count} * ${DAY_S}) * 1e9))`;
}

/** Six of each trace. */
function insertSpans(chunk: Chunk, untilS: number): string {
  return `INSERT INTO otel_spans (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName,
      ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode)
    WITH ${chunk.from} + number AS at_all, intDiv(at_all, 6) AS n, at_all % 2 = 0 AS is_server, rand(1) % 500 AS entity,
      concat('service-', toString(at_all % 6)) AS service
    SELECT ${at(chunk, untilS)}, ${TRACE_ID}, hex(rand64(2)), hex(rand64(3)),
      if(is_server, concat('GET /orders/{id}/', toString(entity % 20)), 'SELECT shop.orders'),
      if(is_server, 'Server', 'Client'), service,
      map('service.name', service, 'service.instance.id', concat('pod-', toString(at_all % 12)), 'service.version', '1.8.2',
        'telemetry.sdk.language', 'nodejs'),
      '@opentelemetry/instrumentation-http', '0.203.0',
      if(is_server,
        map('http.request.method', 'GET', 'http.response.status_code', '200', 'http.route', '/orders/{id}',
          'url.path', concat('/orders/', toString(entity)), 'server.address', 'orders.internal'),
        map('db.name', 'shop', 'db.statement', 'SELECT * FROM orders WHERE id = $1', 'db.system', 'postgresql',
          'shop.order', toString(entity), 'server.address', 'db.internal')),
      rand64(4) % 20000000, if(rand(5) % 100 = 0, 'Error', 'Unset')
    FROM numbers(${chunk.rows}) ${SETTINGS}`;
}

const WORDS =
  "['order', 'payment', 'stock', 'mail', 'price', 'cart', 'user', 'invoice', 'parcel', 'refund', 'token', 'cache']";

/** 110 bytes a line: common words, one number in a million, and a word that ${'`'}logs / 10,000${'`'} lines have. */
function insertLogs(chunk: Chunk, untilS: number): string {
  return `INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body,
      ResourceAttributes, LogAttributes)
    WITH ${chunk.from} + number AS at_all, intDiv(at_all, 4) AS n, concat('service-', toString(at_all % 6)) AS service,
      ${WORDS}[rand(1) % 12 + 1] AS word
    SELECT ${at(chunk, untilS)}, ${TRACE_ID}, hex(rand64(2)),
      multiIf(at_all % 100 = 0, 'ERROR', at_all % 20 = 0, 'WARN', 'INFO'), multiIf(at_all % 100 = 0, 17, at_all % 20 = 0, 13, 9),
      service,
      concat('the ', word, ' of user-', toString(toUInt32(pow(5000, randUniform(0, 1, 3)))), ' with number ', toString(rand(4) % 1000000),
        if(rand(5) % 10000 = 0, ' was quarantined after ', ' was accepted after '), toString(rand(6) % 4000), ' ms by ',
        ${WORDS}[rand(7) % 12 + 1], '-worker'),
      map('service.name', service, 'host.name', concat('node-', toString(at_all % 4))),
      map('thread', toString(rand(8) % 32), 'code.function', concat('handle', toString(rand(9) % 60)))
    FROM numbers(${chunk.rows}) ${SETTINGS}`;
}
