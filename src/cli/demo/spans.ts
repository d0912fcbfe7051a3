// What a demo service tells of itself: its spans, by OTLP to weir's own collector, so that traces go on behind weir.
import { randomBytes } from "node:crypto";
import { request } from "../../core/node-http.ts";

const FLUSH_MS = 1_000;
/** While the collector is away; older ones are let go. */
const MOST_WAITING = 2_000;
/** Of OTLP. */
export const KINDS = { internal: 1, server: 2, client: 3 } as const;
const ERROR = 2;

export interface DemoSpan {
  /** For whoever is called within it. */
  readonly traceparent: string;
  readonly child: (name: string, kind: number) => DemoSpan;
  readonly end: (status?: number) => void;
}

export interface DemoSpans {
  /** `traceparent`: of who calls; a new trace where it is none. */
  readonly begin: (name: string, traceparent: unknown) => DemoSpan;
}

interface Origin {
  readonly traceId: string;
  readonly parentSpanId: string;
}

/** Sends once a second, as soon as the collector is known. */
export function createDemoSpans(
  service: string,
  replica: string,
  collector: Promise<string>,
): DemoSpans {
  const resource = {
    attributes: [
      text("service.name", service),
      text("service.instance.id", `${service}-${replica}`),
    ],
  };
  let waiting: object[] = [];
  const flush = (url: string): void => {
    const spans = waiting;
    waiting = [];
    if (spans.length === 0) return;
    const scopeSpans = [{ scope: { name: "weir-demo" }, spans }];
    post(`${url}/v1/traces`, JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }));
  };
  void collector.then((url) => setInterval(() => flush(url), FLUSH_MS));
  const open = (name: string, kind: number, { traceId, parentSpanId }: Origin): DemoSpan => {
    const spanId = randomBytes(8).toString("hex");
    const startTimeUnixNano = nowNs();
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      child: (inner, of) => open(inner, of, { traceId, parentSpanId: spanId }),
      end(status = 0) {
        const attributes = status === 0 ? [] : [number("http.response.status_code", status)];
        const outcome = status >= 500 ? { code: ERROR } : {};
        const ids = { traceId, spanId, parentSpanId };
        const times = { startTimeUnixNano, endTimeUnixNano: nowNs() };
        waiting.push({ ...ids, name, kind, ...times, attributes, status: outcome });
        if (waiting.length > MOST_WAITING) waiting.shift();
      },
    };
  };
  return { begin: (name, traceparent) => open(name, KINDS.server, originOf(traceparent)) };
}

function originOf(traceparent: unknown): Origin {
  const [, traceId, parentSpanId] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(String(traceparent)) ?? [];
  return { traceId: traceId ?? randomBytes(16).toString("hex"), parentSpanId: parentSpanId ?? "" };
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

function number(key: string, intValue: number): object {
  return { key, value: { intValue } };
}

/** As text: no double holds it. */
function nowNs(): string {
  const ms = performance.timeOrigin + performance.now();
  const whole = Math.floor(ms);
  return `${whole}${String(Math.floor((ms - whole) * 1e6)).padStart(6, "0")}`;
}

/** What can't be sent is lost, as it would be in any service. */
function post(url: string, body: string): void {
  const headers = { "content-type": "application/json" };
  const outgoing = request(url, { method: "POST", headers }, (response) => response.resume());
  outgoing.on("error", () => undefined);
  outgoing.end(body);
}
