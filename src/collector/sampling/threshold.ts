// Consistent probability sampling: which traces belong to a share, and how spans say that it was drawn.
// OpenTelemetry, "TraceState: Probability Sampling": th is a rejection threshold, rv a trace's randomness, of 56 bits each.

/** A trace is kept whose randomness is not below it; `NOBODY` keeps none, 0 all. */
export type Threshold = bigint;

export const NOBODY: Threshold = 1n << 56n;

const DIGITS = 14;
const MEMBER = /(?:^|,)[ \t]*ot=([^,]*)/;
const THRESHOLD = /(?:^|;)th:([0-9a-f]{1,14})(?:;|$)/;
const RANDOMNESS = /(?:^|;)rv:([0-9a-f]{14})(?:;|$)/;

/** `share` in [0, 1]. What it stands for is read off the threshold, so rounding makes no estimate wrong. */
export function thresholdOf(share: number): Threshold {
  return NOBODY - BigInt(Math.round(share * 2 ** 56));
}

/** Of samplers before; 0: they let all through, or don't say. */
export function thresholdIn(traceState: string): Threshold {
  const [, digits] = THRESHOLD.exec(otelMember(traceState)) ?? [];
  return digits === undefined ? 0n : BigInt(`0x${digits.padEnd(DIGITS, "0")}`);
}

/** As a root chose it; null: the trace ID's is used. */
export function explicitRandomness(traceState: string): bigint | null {
  const [, digits] = RANDOMNESS.exec(otelMember(traceState)) ?? [];
  return digits === undefined ? null : BigInt(`0x${digits}`);
}

/** Of 32 hex digits, the last 14 (W3C Trace Context Level 2, section 3.2.2.3). */
export function randomnessOf(traceId: string): bigint {
  return BigInt(`0x${traceId.slice(-DIGITS)}`);
}

/** The state with this threshold; whoever changes a member moves it to the front (Trace Context, section 3.5). */
export function withThreshold(traceState: string, threshold: Threshold): string {
  const digits = threshold.toString(16).padStart(DIGITS, "0").replace(/0+$/, "") || "0";
  const others = otelMember(traceState)
    .split(";")
    .filter((field) => field !== "" && !field.startsWith("th:"));
  const rest = traceState.split(",").filter((member) => !/^\s*(?:ot=|$)/.test(member));
  return [`ot=${[`th:${digits}`, ...others].join(";")}`, ...rest].join(",");
}

function otelMember(traceState: string): string {
  return MEMBER.exec(traceState)?.[1]?.trim() ?? "";
}
