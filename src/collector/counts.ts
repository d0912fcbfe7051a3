// What the receiver counts, in memory that the main thread reads; only the receiver's thread writes.
import { OTLP_SIGNALS, type OtlpSignal } from "./decoder.ts";
import { REASONS, type Reason } from "./rows/tally.ts";

/** Why a whole request was not taken. */
export const REFUSALS = [
  "forbidden",
  "unauthenticated",
  "unsupported",
  "too_large",
  "undecodable",
  "throttled",
] as const;

export type Refusal = (typeof REFUSALS)[number];

const PLAIN = [
  "requests",
  "body_bytes",
  "accepted",
  "cut_values",
  "sampled_out",
  "hurried",
  "waiting",
] as const;
const NAMES = [...PLAIN, ...REASONS, ...REFUSALS] as const;

type CountName = (typeof NAMES)[number];

export interface SignalCounts {
  /** All that were for this signal, refused ones too. */
  readonly requests: number;
  /** As they were sent, so mostly compressed. */
  readonly bodyBytes: number;
  /** Spans, log records or points that are in the spool, or were sampled out, or wait. */
  readonly accepted: number;
  /** Spans that sampling let go. */
  readonly sampledOut: number;
  /** Traces that sampling decided before their time, for want of room. */
  readonly hurried: number;
  /** Spans that wait for their trace, on disk; now. */
  readonly waiting: number;
  /** Values of those that a limit cut short or left out. */
  readonly cutValues: number;
  /** Spans, log records or points that are not. */
  readonly rejected: Readonly<Record<Reason, number>>;
  readonly refused: Readonly<Record<Refusal, number>>;
}

export type CollectorCounts = Readonly<Record<OtlpSignal, SignalCounts>>;

export function createCountCells(): SharedArrayBuffer {
  return new SharedArrayBuffer(OTLP_SIGNALS.length * NAMES.length * Float64Array.BYTES_PER_ELEMENT);
}

export type Count = (signal: OtlpSignal, name: CountName, by?: number) => void;

export function counting(memory: SharedArrayBuffer): Count {
  const cells = new Float64Array(memory);
  return (signal, name, by = 1) => {
    const at = placeOf(signal, name);
    cells[at] = (cells[at] ?? 0) + by;
  };
}

/** Of what is no count, but is so many now. */
export function setting(memory: SharedArrayBuffer): (signal: OtlpSignal, value: number) => void {
  const cells = new Float64Array(memory);
  return (signal, value) => void (cells[placeOf(signal, "waiting")] = value);
}

export function readCounts(memory: SharedArrayBuffer): CollectorCounts {
  const cells = new Float64Array(memory);
  const countsOf = (signal: OtlpSignal): SignalCounts => {
    const count = (name: CountName): number => cells[placeOf(signal, name)] ?? 0;
    return {
      requests: count("requests"),
      bodyBytes: count("body_bytes"),
      accepted: count("accepted"),
      sampledOut: count("sampled_out"),
      hurried: count("hurried"),
      waiting: count("waiting"),
      cutValues: count("cut_values"),
      rejected: pick(REASONS, count),
      refused: pick(REFUSALS, count),
    };
  };
  return pick(OTLP_SIGNALS, countsOf);
}

function placeOf(signal: OtlpSignal, name: CountName): number {
  return OTLP_SIGNALS.indexOf(signal) * NAMES.length + NAMES.indexOf(name);
}

function pick<K extends string, T>(names: readonly K[], of: (name: K) => T): Record<K, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, T>;
}
