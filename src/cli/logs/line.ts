// A log line as the terminal shows it.
import { preciseClock } from "../format.ts";
import { clip, fit, harmless } from "../format-text.ts";
import type { Terminal, Tone } from "../terminal.ts";

/** As GET /api/v1/logs answers. */
export interface Line {
  readonly id: string;
  readonly time: string;
  readonly source: "access" | "service";
  readonly service: string;
  readonly severity: string;
  readonly text: string;
  readonly trace_id: string;
}

export interface LinePage {
  readonly lines: readonly Line[];
  readonly next: string | null;
}

const CLOCK = 12;
const SEVERITY = 5;
const SERVICE = 14;
const GAP = "  ";

const TONES: Readonly<Record<string, Tone>> = {
  fatal: "bad",
  error: "bad",
  warn: "slow",
  debug: "faint",
  trace: "faint",
};

export function toneOfSeverity(severity: string): Tone | undefined {
  return TONES[severity];
}

/** No wider than the terminal. */
export function logLine(
  { time, severity, service, source, text }: Line,
  terminal: Terminal,
): string {
  const { width, paint } = terminal;
  const left = Math.max(10, width - CLOCK - SEVERITY - SERVICE - 3 * GAP.length);
  const level = fit(severity === "none" ? "–" : severity, SEVERITY);
  const tone = TONES[severity];
  const where = fit(harmless(service || "–"), SERVICE);
  return [
    paint(fit(preciseClock(time), CLOCK), "faint"),
    tone === undefined ? level : paint(level, tone),
    source === "access" ? paint(where, "latency") : where,
    clip(harmless(text), left),
  ].join(GAP);
}
