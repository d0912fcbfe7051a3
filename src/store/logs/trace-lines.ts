// What services logged within one trace.
import type { Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { LINE_CHARS } from "./list-lines.ts";
import { SERVICE_LOGS } from "./log-source.ts";

const MOST_LINES = 1000;

/** time, id, service, severity, text, span_id; oldest first. Rejects with StoreError. */
export async function linesOfTrace(store: Store, traceId: string): Promise<readonly Row[]> {
  const { table, time, id, service, severity, text, spanId } = SERVICE_LOGS;
  const { rows } = await store.query(
    `SELECT ${time} AS time, ${id} AS id, ${service} AS service, ${severity} AS severity,
       substringUTF8(${text}, 1, ${LINE_CHARS}) AS text, ${spanId} AS span_id
     FROM ${table} WHERE ${SERVICE_LOGS.traceId} = {id:String} ORDER BY time LIMIT ${MOST_LINES}`,
    { id: traceId },
    { readonly: true, timeoutMs: 20_000 },
  );
  return rows;
}
