// Between decoded spans and their spool: keeps a share of all traces, and of each trace all spans or none.
import { join } from "node:path";
import type { Log } from "../../core/log.ts";
import type { SamplingOptions } from "../options.ts";
import { createRules, type Rules } from "./rules.ts";
import { drawnFrom, linesIn, readSpan } from "./span-line.ts";
import { explicitRandomness, randomnessOf } from "./threshold.ts";
import { WaitingLog } from "./waiting-log.ts";
import { type Trace, WaitingTraces } from "./waiting-traces.ts";

export interface Sampler {
  /** True once these whole lines are in the spool, or wait on disk, or are let go; false: not now, and none of them. */
  readonly take: (lines: Buffer) => boolean;
  /** Decides on what has waited for its time. */
  readonly turn: () => void;
  /** What waits is decided at once, by the rules it came under. null: from now on all is kept. */
  readonly replace: (options: SamplingOptions | null) => void;
  /** Decides on all that waits; what the spool has no room for waits on disk for the next start. */
  readonly close: () => void;
}

export interface SamplerParts {
  readonly options: SamplingOptions | null;
  /** For what waits; made when something does. */
  readonly folder: string;
  readonly keep: (lines: Buffer) => boolean;
  readonly told: SamplerTold;
  /** Of a clock that never goes back. */
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface SamplerTold {
  readonly letGo: (spans: number) => void;
  /** Before their time, for want of room. */
  readonly hurried: (traces: number) => void;
  /** How many wait now. */
  readonly waiting: (spans: number) => void;
}

const KEPT_ALL: Pick<SamplingOptions, "share" | "rules"> = { share: 1, rules: [] };
/** Of what is written to the spool in one go. */
const RELEASE_BYTES = 1024 * 1024;
/** The log holds what is decided, too, until all before it is. */
const LOG_SHARE = 4;

export function createSampler(parts: SamplerParts): Sampler {
  return new TailSampler(parts);
}

class TailSampler implements Sampler {
  readonly #parts: SamplerParts;
  readonly #log: WaitingLog;
  #options: SamplingOptions | null;
  #rules: Rules;
  #traces = new WaitingTraces();

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#options = parts.options;
    this.#rules = createRules(parts.options ?? KEPT_ALL);
    this.#log = new WaitingLog(join(parts.folder, "waiting"), parts.log);
    for (const { line, place } of this.#log.recovered()) this.#add(line, place);
    this.turn();
  }

  readonly take = (lines: Buffer): boolean => {
    if (this.#options === null) return this.#parts.keep(lines);
    const texts = linesIn(lines);
    if (this.#rules.areNone) return this.#draw(texts);
    if (!this.#makeRoom(lines.length, this.#options.max_bytes)) return false;
    const place = this.#log.append(lines, texts.length);
    if (place === null) return false;
    for (const text of texts) this.#add(text, place);
    this.turn();
    return true;
  };

  readonly turn = (): void => {
    const untilMs = this.#parts.nowMs() - (this.#options?.wait_ms ?? 0);
    while (this.#release(this.#traces.oldest(untilMs, RELEASE_BYTES)));
    this.#parts.told.waiting(this.#traces.spans);
  };

  readonly replace = (options: SamplingOptions | null): void => {
    this.#releaseAll();
    this.#options = options;
    this.#rules = createRules(options ?? KEPT_ALL);
  };

  readonly close = (): void => {
    this.#releaseAll();
    this.#log.close();
  };

  #add(line: string, place: Parameters<WaitingTraces["add"]>[0]["place"]): void {
    const span = readSpan(utf8Of(line));
    const verdict = this.#rules.verdictOn(span);
    this.#traces.add({ span, verdict, line, place }, this.#parts.nowMs());
  }

  /** Without rules each span tells all that is asked. */
  #draw(texts: readonly string[]): boolean {
    const kept = texts.flatMap((text) => {
      const span = readSpan(utf8Of(text));
      const { threshold } = this.#rules.verdictOn(span);
      const randomness = explicitRandomness(span.traceState) ?? randomnessOf(span.traceId);
      return randomness >= threshold ? [drawnFrom(text, threshold)] : [];
    });
    if (!this.#keep(kept)) return false;
    this.#parts.told.letGo(texts.length - kept.length);
    return true;
  }

  #makeRoom(length: number, maxBytes: number): boolean {
    const isFull = (): boolean =>
      this.#traces.bytes + length > maxBytes || this.#log.bytes > LOG_SHARE * maxBytes;
    while (this.#traces.bytes > 0 && isFull()) {
      const hurried = this.#traces.oldest(Infinity, RELEASE_BYTES);
      if (!this.#release(hurried)) return false;
      this.#parts.told.hurried(hurried.length);
    }
    return true;
  }

  #releaseAll(): void {
    while (this.#release(this.#traces.oldest(Infinity, RELEASE_BYTES)));
    this.#parts.told.waiting(this.#traces.spans);
  }

  /** False where there is nothing to release, or no room for it: then it goes on waiting. */
  #release(traces: readonly Trace[]): boolean {
    if (traces.length === 0 || !traces.every((trace) => this.#shorten(trace))) return false;
    const kept = traces.flatMap((trace) => keptOf(trace, trace.lines));
    if (!this.#keep(kept)) return false;
    this.#traces.decided(traces);
    this.#log.decided(
      traces.map(({ id }) => id),
      traces.flatMap(({ places }) => places),
    );
    const spans = traces.reduce((sum, { lines }) => sum + lines.length, 0);
    this.#parts.told.letGo(spans - kept.length);
    return true;
  }

  /** Of a trace that may be too large for the spool all but the rest, piece by piece; a crash meanwhile has these twice. */
  #shorten(trace: Trace): boolean {
    while (trace.bytes > 2 * RELEASE_BYTES) {
      const part = beginOf(trace.lines, RELEASE_BYTES);
      const kept = keptOf(trace, part);
      if (!this.#keep(kept)) return false;
      this.#log.decided([], this.#traces.shorten(trace, part.length));
      this.#parts.told.letGo(part.length - kept.length);
    }
    return true;
  }

  #keep(lines: readonly string[]): boolean {
    if (lines.length === 0) return true;
    return this.#parts.keep(Buffer.from(`${lines.join("\n")}\n`, "latin1"));
  }
}

function keptOf(
  { verdict: { threshold }, randomness }: Trace,
  lines: readonly string[],
): readonly string[] {
  return randomness >= threshold ? lines.map((line) => drawnFrom(line, threshold)) : [];
}

/** As many as `bytes` allow, and one at least. */
function beginOf(lines: readonly string[], bytes: number): readonly string[] {
  let left = bytes;
  const end = lines.findIndex(({ length }) => (left -= length) < 0);
  return end < 0 ? lines : lines.slice(0, Math.max(1, end));
}

function utf8Of(line: string): string {
  return Buffer.from(line, "latin1").toString();
}
