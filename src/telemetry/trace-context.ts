// W3C Trace Context Level 2 (CR of 2024-03-28): one request's place in its trace, and traceparent.
import { hexDigit, isId } from "./span-ids.ts";
import { trimOws } from "./field-chars.ts";

/** The caller may have recorded; ours says whether the span is exported. */
export const FLAG_SAMPLED = 1;
/** The right-most 7 bytes of the trace id are random (section 3.2.2.5.2). */
export const FLAG_RANDOM = 2;
/** All flags of version 00; a sender must set the others to zero (section 3.2.2.5.3). */
const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM;

const VERSION_00_LENGTH = 55;
const DASH = 0x2d;

/** What one request carries on: every attempt's outgoing fields are made from it. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The caller's span, 16 lower-case hex digits; empty where weir started the trace. */
  readonly parentSpanId: string;
  /** FLAG_SAMPLED and FLAG_RANDOM only. */
  readonly flags: number;
  /** A valid tracestate; empty where there is none. */
  readonly state: string;
  /** A valid W3C baggage list; empty where there is none. */
  readonly baggage: string;
  /** B3's and Jaeger's "record this whatever it costs"; traceparent has no place for it. */
  readonly debug: boolean;
}

/** What a request's fields say of its caller, in whichever format they came. */
export interface RemoteParent {
  /** Empty together with `spanId` where only a sampling decision was sent (B3 allows that). */
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined where the caller leaves the decision to us. */
  readonly sampled: boolean | undefined;
  readonly random: boolean;
  readonly debug: boolean;
}

/**
 * Reads one traceparent value (sections 3.2 and 3.2.4); undefined where the trace must restart.
 * Of a version above 00 the fields of version 00 are used, if its 55 characters end there or go
 * on with a dash.
 */
export function parseTraceparent(field: string): RemoteParent | undefined {
  const value = trimOws(field);
  if (!hasKnownShape(value)) return undefined;
  if (!isId(value, 3, 35) || !isId(value, 36, 52)) return undefined;
  const high = hexDigit(value.charCodeAt(53));
  const low = hexDigit(value.charCodeAt(54));
  if (high < 0 || low < 0) return undefined;
  return {
    traceId: value.slice(3, 35),
    spanId: value.slice(36, 52),
    sampled: (low & FLAG_SAMPLED) !== 0,
    random: (low & FLAG_RANDOM) !== 0,
    debug: false,
  };
}

function hasKnownShape(value: string): boolean {
  if (!hasDashes(value)) return false;
  const high = hexDigit(value.charCodeAt(0));
  const low = hexDigit(value.charCodeAt(1));
  if (high < 0 || low < 0) return false;
  const version = high * 16 + low;
  if (version === 0) return value.length === VERSION_00_LENGTH;
  if (version === 0xff) return false;
  return value.length === VERSION_00_LENGTH || value.charCodeAt(VERSION_00_LENGTH) === DASH;
}

function hasDashes(value: string): boolean {
  return (
    value.length >= VERSION_00_LENGTH &&
    value.charCodeAt(2) === DASH &&
    value.charCodeAt(35) === DASH &&
    value.charCodeAt(52) === DASH
  );
}

/** The outgoing traceparent of one attempt: always version 00 (section 3.2.4). */
export function formatTraceparent(context: TraceContext, spanId: string): string {
  return `00-${context.traceId}-${spanId}-0${context.flags & KNOWN_FLAGS}`;
}

/**
 * The `traceresponse` value: our server span and what was decided for it. The field comes from the
 * Trace Context editor's drafts of 2021 to 2024; the Recommendation track never took it up.
 */
export function traceresponse(context: TraceContext, spanId: string): string {
  return formatTraceparent(context, spanId);
}
