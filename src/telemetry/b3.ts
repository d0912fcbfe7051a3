// B3 propagation, single and multiple fields (openzipkin/b3-propagation), both read, one written.
import type { HeaderList } from "../core/header-list.ts";
import { trimOws } from "./field-chars.ts";
import { isId, SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "./span-ids.ts";
import { FLAG_SAMPLED, type RemoteParent, type TraceContext } from "./trace-context.ts";

export const B3_FIELDS = [
  "b3",
  "x-b3-traceid",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "x-b3-flags",
] as const;

/** Ids of 64 bits are continued as 128 bits, padded on the left (Trace Context section 5.4). */
const PADDING = "0".repeat(TRACE_ID_DIGITS - SPAN_ID_DIGITS);

/** What a sampling state means; a text that is none makes the whole caller invalid. */
interface Sampling {
  readonly sampled: boolean | undefined;
  readonly debug: boolean;
}
const DEFER: Sampling = { sampled: undefined, debug: false };
const DEBUG: Sampling = { sampled: true, debug: true };
const ACCEPT: Sampling = { sampled: true, debug: false };
const DENY: Sampling = { sampled: false, debug: false };
const STATES: ReadonlyMap<string, Sampling> = new Map([
  ["1", ACCEPT],
  ["0", DENY],
  ["d", DEBUG],
]);
/** Tracers older than the specification sent words. */
const X_B3_SAMPLED: ReadonlyMap<string, Sampling> = new Map([
  ["1", ACCEPT],
  ["0", DENY],
  ["true", ACCEPT],
  ["false", DENY],
]);

/** The caller by `b3` if it is there, else by the `x-b3-` fields; the first of repeated ones. */
export function parseB3(headers: HeaderList): RemoteParent | undefined {
  const single = headers.get("b3");
  return single === undefined ? parseMulti(headers) : parseSingle(trimOws(single));
}

/** The state alone, or {trace id}-{span id}[-{state}][-{parent span id}]. */
const SINGLE = /^(?:([01d])|([0-9a-f]+)-([0-9a-f]+)(?:-([01d]))?(?:-[0-9a-f]{16})?)$/;

function parseSingle(value: string): RemoteParent | undefined {
  const match = SINGLE.exec(value);
  if (match === null) return undefined;
  const [, alone, traceId = "", spanId = "", state] = match;
  const letter = alone ?? state;
  return parent(traceId, spanId, letter === undefined ? DEFER : STATES.get(letter));
}

function parseMulti(headers: HeaderList): RemoteParent | undefined {
  const traceId = headers.get("x-b3-traceid");
  const spanId = headers.get("x-b3-spanid");
  const sampled = headers.get("x-b3-sampled");
  const debug = trimOws(headers.get("x-b3-flags") ?? "") === "1";
  const found = sampled === undefined ? DEFER : X_B3_SAMPLED.get(trimOws(sampled));
  const sampling = debug ? DEBUG : found;
  if (traceId === undefined && spanId === undefined && sampling === DEFER) return undefined;
  return parent(trimOws(traceId ?? ""), trimOws(spanId ?? ""), sampling);
}

function parent(traceId: string, spanId: string, sampling?: Sampling): RemoteParent | undefined {
  if (sampling === undefined) return undefined;
  const full = traceId.length === SPAN_ID_DIGITS ? PADDING + traceId : traceId;
  const hasIds = full.length === TRACE_ID_DIGITS && isId(full, 0, full.length) && isSpanId(spanId);
  const decisionAlone = traceId === "" && spanId === "";
  if (!hasIds && !decisionAlone) return undefined;
  return { ...sampling, traceId: full, spanId, random: false };
}

function isSpanId(text: string): boolean {
  return text.length === SPAN_ID_DIGITS && isId(text, 0, SPAN_ID_DIGITS);
}

/** Appends `b3`. Without a parent: our caller's span is not the one the upstream's hangs under. */
export function injectB3(context: TraceContext, spanId: string, headers: string[]): void {
  const state = context.debug ? "d" : context.flags & FLAG_SAMPLED;
  headers.push("b3", `${context.traceId}-${spanId}-${state}`);
}

/** Appends the `x-b3-` fields; debug implies sampled, so only one of the two is sent. */
export function injectB3Multi(context: TraceContext, spanId: string, headers: string[]): void {
  headers.push("x-b3-traceid", context.traceId, "x-b3-spanid", spanId);
  if (context.debug) headers.push("x-b3-flags", "1");
  else headers.push("x-b3-sampled", String(context.flags & FLAG_SAMPLED));
}
