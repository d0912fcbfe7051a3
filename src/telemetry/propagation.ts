// Continues or starts a trace from a request's fields and writes the fields of each attempt.
import type { HeaderList } from "../core/header-list.ts";
import type { Log } from "../core/log.ts";
import { B3_FIELDS, injectB3, injectB3Multi, parseB3 } from "./b3.ts";
import { readBaggage } from "./baggage.ts";
import { injectJaeger, JAEGER_FIELDS, parseJaeger } from "./jaeger.ts";
import type { Sampler } from "./sampler.ts";
import type { IdSource } from "./span-ids.ts";
import {
  FLAG_RANDOM,
  FLAG_SAMPLED,
  formatTraceparent,
  parseTraceparent,
  type RemoteParent,
  type TraceContext,
} from "./trace-context.ts";
import { readTraceState } from "./trace-state.ts";

export interface Propagation {
  /** Continues the caller's trace or starts one; never throws, whatever the fields hold. */
  readonly extract: (headers: HeaderList) => TraceContext;
  /** Appends the outgoing fields of one attempt, [name, value, ...]; `spanId` is the attempt's. */
  readonly inject: (context: TraceContext, spanId: string, headers: string[]) => void;
  /**
   * Lower-case names of the request fields no attempt may copy from its client: those of every
   * known format, since a trace that weir does not continue would point at the wrong parent.
   */
  readonly fields: ReadonlySet<string>;
}

export interface PropagationOptions {
  /** As OTEL_PROPAGATORS names them; see `propagatorsOf`. */
  readonly propagators: readonly string[];
  readonly sampler: Sampler;
  readonly ids: IdSource;
  readonly warn: Log["warn"];
}

const NOBODY: RemoteParent = {
  traceId: "",
  spanId: "",
  sampled: undefined,
  random: false,
  debug: false,
};

type Inject = Propagation["inject"];

/** A way to name the caller in request fields. */
interface Format {
  readonly parse: (headers: HeaderList) => RemoteParent | undefined;
  readonly inject: Inject;
}

const TRACECONTEXT: Format = { parse: parseTracecontext, inject: injectTracecontext };
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["tracecontext", TRACECONTEXT],
  ["b3", { parse: parseB3, inject: injectB3 }],
  ["b3multi", { parse: parseB3, inject: injectB3Multi }],
  ["jaeger", { parse: parseJaeger, inject: injectJaeger }],
]);

/** Every format OpenTelemetry's OTEL_PROPAGATORS can name, ours or not (X-Ray, OT Trace). */
const FIELDS: ReadonlySet<string> = new Set([
  "traceparent",
  "tracestate",
  "baggage",
  ...B3_FIELDS,
  ...JAEGER_FIELDS,
  "x-amzn-trace-id",
  "ot-tracer-traceid",
  "ot-tracer-spanid",
  "ot-tracer-sampled",
]);

/** The names in OTEL_PROPAGATORS, each once; "tracecontext,baggage" where it is unset or empty. */
export function propagatorsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const listed = env["OTEL_PROPAGATORS"]?.trim() || "tracecontext,baggage";
  const names = listed.split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/**
 * Propagation by the formats named. Where a request names several callers the last format in the
 * list wins, as in OpenTelemetry's composite propagator; all formats are written. "none" alone
 * means that every trace starts here and nothing is written. Unknown names are warned about.
 */
export function createPropagation(options: PropagationOptions): Propagation {
  const { sampler, ids } = options;
  const formats = formatsOf(options);
  const withBaggage = options.propagators.includes("baggage");
  const extract = (headers: HeaderList): TraceContext => {
    const found = findParent(formats, headers);
    const parent = found?.parent ?? NOBODY;
    const started = parent.traceId === "";
    const traceId = started ? ids.traceId() : parent.traceId;
    const sampled = sampler.sample(traceId, parent.sampled) ? FLAG_SAMPLED : 0;
    const hasState = found?.format === TRACECONTEXT;
    return {
      traceId,
      parentSpanId: parent.spanId,
      flags: sampled | (started || parent.random ? FLAG_RANDOM : 0),
      state: hasState ? readTraceState(combined(headers, "tracestate")) : "",
      baggage: withBaggage ? readBaggage(combined(headers, "baggage")) : "",
      debug: parent.debug,
    };
  };
  const inject: Inject = (context, spanId, headers) => {
    for (const format of formats) format.inject(context, spanId, headers);
    if (context.baggage !== "") headers.push("baggage", context.baggage);
  };
  return { extract, inject, fields: FIELDS };
}

function isNone(names: readonly string[]): boolean {
  return names.length === 1 && names[0] === "none";
}

function formatsOf({ propagators, warn }: PropagationOptions): Format[] {
  if (isNone(propagators)) return [];
  const formats: Format[] = [];
  for (const name of propagators) {
    const format = FORMATS.get(name);
    if (format !== undefined) formats.push(format);
    else if (name !== "baggage") warn("unknown_propagator", { OTEL_PROPAGATORS: name });
  }
  return formats;
}

interface Found {
  readonly parent: RemoteParent;
  readonly format: Format;
}

function findParent(formats: readonly Format[], headers: HeaderList): Found | undefined {
  for (let at = formats.length - 1; at >= 0; at--) {
    const format = formats[at];
    const parent = format?.parse(headers);
    if (format !== undefined && parent !== undefined) return { parent, format };
  }
  return undefined;
}

/** Several traceparent fields contradict each other, so they name no caller. */
function parseTracecontext(headers: HeaderList): RemoteParent | undefined {
  const { names, raw } = headers;
  const at = names.indexOf("traceparent");
  if (at < 0 || names.includes("traceparent", at + 1)) return undefined;
  return parseTraceparent(raw[at * 2 + 1] ?? "");
}

function injectTracecontext(context: TraceContext, spanId: string, headers: string[]): void {
  headers.push("traceparent", formatTraceparent(context, spanId));
  if (context.state !== "") headers.push("tracestate", context.state);
}

/** A list field's values as one, in order; empty where there is none. Allocates for several only. */
function combined(headers: HeaderList, name: string): string {
  const at = headers.names.indexOf(name);
  if (at < 0) return "";
  if (headers.names.includes(name, at + 1)) return headers.joined(name) ?? "";
  return headers.raw[at * 2 + 1] ?? "";
}
