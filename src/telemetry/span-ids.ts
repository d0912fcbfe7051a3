// Random trace and span ids as lower-case hex, and the checks that received ones must pass.
import { randomFillSync } from "node:crypto";

export const TRACE_ID_DIGITS = 32;
export const SPAN_ID_DIGITS = 16;

/**
 * Random bytes drawn at once: 512 span ids a system call. Ids are slices of one hex text, which
 * V8 does not copy; no larger, because an id that lives long keeps that whole text alive.
 */
const POOL_BYTES = 4096;
const HEX_DIGITS = hexDigits();
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const ZEROS = "0".repeat(TRACE_ID_DIGITS);

/** Where ids come from; tests pass bytes they can foretell. */
export interface IdSource {
  /** 32 lower-case hex digits, every one random, never all zero. */
  readonly traceId: () => string;
  /** 16 lower-case hex digits, never all zero. */
  readonly spanId: () => string;
}

/** Ids from the system's cryptographic random bytes, so nobody can guess the next. */
export function createIds(fill: (pool: Buffer) => void = randomFillSync): IdSource {
  const pool = Buffer.alloc(POOL_BYTES);
  let digits = "";
  let used = 0;
  const take = (count: number): string => {
    for (;;) {
      if (used + count > digits.length) {
        fill(pool);
        digits = pool.toString("hex");
        used = 0;
      }
      const id = digits.slice(used, used + count);
      used += count;
      if (!ZEROS.startsWith(id)) return id;
    }
  };
  return { traceId: () => take(TRACE_ID_DIGITS), spanId: () => take(SPAN_ID_DIGITS) };
}

/**
 * The id of the span of a request's n-th attempt, from 0 on: that of the request's own, but for its first byte, which
 * is XORed with n + 1. So no row needs to hold it; table `requests` does the same (attempt_span_id).
 */
export function attemptSpanId(spanId: string, attempt: number): string {
  const first = (hexDigit(spanId.charCodeAt(0)) << 4) | hexDigit(spanId.charCodeAt(1));
  return (BYTES[first ^ ((attempt + 1) & 0xff)] ?? "00") + spanId.slice(2);
}

/** Whether text[start, end) is lower-case hex digits with at least one that is not zero. */
export function isId(text: string, start: number, end: number): boolean {
  let any = 0;
  for (let at = start; at < end; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return false;
    any |= digit;
  }
  return any !== 0;
}

/** The value of a lower-case hex digit's character code; -1 for anything else. */
export function hexDigit(code: number): number {
  return HEX_DIGITS[code] ?? -1;
}

function hexDigits(): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let digit = 0; digit < 16; digit++) values[digit.toString(16).charCodeAt(0)] = digit;
  return values;
}
