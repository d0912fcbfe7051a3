// Traces whose spans wait for one another, oldest first, and what was decided on those before. Pure: time is passed in.
import { NewestMap } from "../../core/newest-map.ts";
import type { Verdict } from "./rules.ts";
import type { SpanFacts } from "./span-line.ts";
import { explicitRandomness, randomnessOf } from "./threshold.ts";
import type { LogPlace } from "./waiting-log.ts";

export interface Trace {
  readonly id: string;
  /** Of its first span; a time long past where the trace was decided before. */
  readonly sinceMs: number;
  verdict: Verdict;
  randomness: bigint;
  /** In latin1, a byte each: exactly what stands in the log. */
  readonly lines: string[];
  readonly places: LogPlace[];
  bytes: number;
}

export interface Arrival {
  readonly span: SpanFacts;
  readonly verdict: Verdict;
  readonly line: string;
  readonly place: LogPlace;
}

/** What a span and a trace take besides the line, generously. */
const SPAN_BYTES = 64;
const TRACE_BYTES = 512;
/** Decisions that late spans follow: some 10 MB of them. */
const REMEMBERED = 65_536;

/**
 * What decides is never whether a trace is in a share, only what its spans are, and that is looked at alike in
 * all traces. So a span is kept by the chance that it is then said to stand for, however late it comes, whatever
 * was forgotten and whatever had to be decided before its time: counts stay right on the average.
 */
export class WaitingTraces {
  readonly #waiting = new Map<string, Trace>();
  /** Further spans of traces that were decided. */
  readonly #late = new Map<string, Trace>();
  readonly #decided = new NewestMap<Pick<Trace, "verdict" | "randomness">>(REMEMBERED);
  #bytes = 0;
  #spans = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get spans(): number {
    return this.#spans;
  }

  add(arrival: Arrival, nowMs: number): void {
    const { span, line, place } = arrival;
    const trace = this.#traceOf(arrival, nowMs);
    if (arrival.verdict.rank < trace.verdict.rank) trace.verdict = arrival.verdict;
    trace.randomness = explicitRandomness(span.traceState) ?? trace.randomness;
    trace.lines.push(line);
    trace.places.push(place);
    this.#grow(trace, line.length + SPAN_BYTES);
    this.#spans++;
  }

  /** Late ones, then by age those that came before `untilMs`; as many as `bytes` allow, and one at least. */
  oldest(untilMs: number, bytes: number): readonly Trace[] {
    const found: Trace[] = [];
    let left = bytes;
    for (const trace of this.#inOrder()) {
      if (trace.sinceMs > untilMs || left <= 0) break;
      found.push(trace);
      left -= trace.bytes;
    }
    return found;
  }

  /** The first `count` of its lines were kept or let go; gives where they were. */
  shorten(trace: Trace, count: number): readonly LogPlace[] {
    for (const line of trace.lines.splice(0, count)) this.#grow(trace, -line.length - SPAN_BYTES);
    this.#spans -= count;
    return trace.places.splice(0, count);
  }

  /** They were kept or let go, and what comes of them later follows. */
  decided(traces: readonly Trace[]): void {
    for (const trace of traces) {
      const { id, verdict, randomness } = trace;
      this.#waiting.delete(id);
      this.#late.delete(id);
      this.#decided.set(id, { verdict, randomness });
      this.#bytes -= trace.bytes;
      this.#spans -= trace.lines.length;
    }
  }

  *#inOrder(): Generator<Trace> {
    yield* this.#late.values();
    yield* this.#waiting.values();
  }

  #traceOf({ span, verdict }: Arrival, nowMs: number): Trace {
    const id = span.traceId;
    const known = this.#late.get(id) ?? this.#waiting.get(id);
    if (known !== undefined) return known;
    const before = this.#decided.get(id);
    const trace: Trace = {
      id,
      sinceMs: before === undefined ? nowMs : Number.NEGATIVE_INFINITY,
      ...(before ?? { verdict, randomness: randomnessOf(id) }),
      lines: [],
      places: [],
      bytes: 0,
    };
    (before === undefined ? this.#waiting : this.#late).set(id, trace);
    this.#grow(trace, TRACE_BYTES);
    return trace;
  }

  #grow(trace: Trace, by: number): void {
    trace.bytes += by;
    this.#bytes += by;
  }
}
