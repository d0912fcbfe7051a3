// Jaeger's uber-trace-id field: {trace id}:{span id}:{parent span id, deprecated}:{flags}.
import type { HeaderList } from "../core/header-list.ts";
import { trimOws } from "./field-chars.ts";
import { isId, SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "./span-ids.ts";
import { FLAG_SAMPLED, type RemoteParent, type TraceContext } from "./trace-context.ts";

export const JAEGER_FIELDS = ["uber-trace-id", "jaeger-debug-id", "jaeger-baggage"] as const;

const JAEGER_SAMPLED = 1;
const JAEGER_DEBUG = 2;
/** Ids may lack leading zeros; some clients send the colons URL-encoded. */
const FIELD = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/;

/** The caller by `uber-trace-id`; undefined where it is missing, repeated or malformed. */
export function parseJaeger(headers: HeaderList): RemoteParent | undefined {
  const [field, ...others] = headers.all("uber-trace-id");
  if (field === undefined || others.length > 0) return undefined;
  const [, traceId = "", spanId = "", flags = ""] = FIELD.exec(plain(field)) ?? [];
  return parent(
    traceId.padStart(TRACE_ID_DIGITS, "0"),
    spanId.padStart(SPAN_ID_DIGITS, "0"),
    Number.parseInt(flags, 16),
  );
}

function plain(field: string): string {
  return trimOws(field).toLowerCase().replaceAll("%3a", ":");
}

function parent(traceId: string, spanId: string, flags: number): RemoteParent | undefined {
  if (!isId(traceId, 0, TRACE_ID_DIGITS) || !isId(spanId, 0, SPAN_ID_DIGITS)) return undefined;
  const debug = (flags & JAEGER_DEBUG) !== 0;
  const sampled = debug || (flags & JAEGER_SAMPLED) !== 0;
  return { traceId, spanId, sampled, random: false, debug };
}

/** Appends `uber-trace-id`. */
export function injectJaeger(context: TraceContext, spanId: string, headers: string[]): void {
  const sampled = context.flags & FLAG_SAMPLED;
  const flags = context.debug ? JAEGER_SAMPLED | JAEGER_DEBUG : sampled;
  headers.push("uber-trace-id", `${context.traceId}:${spanId}:0:0${flags}`);
}
