// A trace of many spans of several services below one request through weir, sent as services do: by OTLP.
import { randomBytes } from "node:crypto";
import type { WeirProcess } from "../../support/weir-process.ts";
import { setTimeout as sleep } from "node:timers/promises";

const SERVICES = ["shop", "basket", "stock", "prices", "mail", "search"];
const CHILDREN = 6;
const SPANS_A_BODY = 1000;
const MS = 1_000_000n;

/** Its id, once all of it is stored. */
export async function sendBigTrace(
  weir: WeirProcess,
  collector: string,
  count: number,
): Promise<string> {
  const traceId = randomBytes(16).toString("hex");
  const ids = Array.from({ length: count }, () => randomBytes(8).toString("hex"));
  const startNs = BigInt(Date.now()) * MS;
  for (let from = 0; from < count; from += SPANS_A_BODY) {
    const spans = ids.slice(from, from + SPANS_A_BODY).map((_, at) => {
      return spanOf({ traceId, ids, startNs, at: from + at });
    });
    await post(`${collector}/v1/traces`, { resourceSpans: spans });
  }
  await fetch(`${weir.proxy}/catalogue/items/7`, {
    headers: { traceparent: `00-${traceId}-${ids[0] ?? ""}-01` },
  });
  const stored = `SELECT (SELECT count() FROM otel_spans WHERE TraceId = '${traceId}') AS spans,
    (SELECT count() FROM requests WHERE trace_id = '${traceId}') AS rows`;
  for (;;) {
    const [row] = await weir.sql(stored);
    if (Number(row?.["spans"]) >= count && Number(row?.["rows"]) > 0) return traceId;
    await sleep(500);
  }
}

interface Placed {
  readonly traceId: string;
  readonly ids: readonly string[];
  readonly startNs: bigint;
  readonly at: number;
}

/** Each within its parent, which is among those before it. */
function spanOf({ traceId, ids, startNs, at }: Placed): unknown {
  const parent = at === 0 ? "" : ids[Math.floor((at - 1) / CHILDREN)];
  const service = SERVICES[at % SERVICES.length] ?? "";
  const beginNs = startNs + (BigInt(at) * MS) / 10n;
  const span = {
    traceId,
    spanId: ids[at],
    parentSpanId: parent,
    name: `${service} step ${at}`,
    kind: 1,
    startTimeUnixNano: String(beginNs),
    endTimeUnixNano: String(beginNs + BigInt(ids.length - at) * MS),
    attributes: [{ key: "step", value: { intValue: String(at) } }],
  };
  return {
    resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
    scopeSpans: [{ spans: [span] }],
  };
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
}
