// Lines that services logged in a trace, each under the span it was logged in.
import { duration } from "./format.ts";
import { clip, fit, fitRight, harmless } from "./format-text.ts";
import { toneOfSeverity } from "./logs/line.ts";
import type { Terminal } from "./terminal.ts";
import type { Trace, TraceLine } from "./trace-rows.ts";
import { instantNs, type TraceTree } from "./trace-tree.ts";

/** Of one span; --json has all. */
const MOST_LINES = 8;
const SEVERITY_WIDTH = 5;
const TIME_WIDTH = 8;
const GAP = "  ";

/** By span ID, lines no wider than the terminal; under "" those of no span that is drawn. */
export function renderLogs(
  { logs }: Pick<Trace, "logs">,
  { bars, firstNs }: TraceTree,
  terminal: Terminal,
): ReadonlyMap<string, readonly string[]> {
  const depths = new Map(bars.map(({ id, depth }) => [id, depth]));
  const bySpan = Map.groupBy(logs, ({ span_id: id }) => (depths.has(id) ? id : ""));
  return new Map(
    [...bySpan].map(([id, lines]) => {
      const place = { indent: indentOf(depths.get(id) ?? 0, terminal), firstNs };
      return [id, linesUnder(lines, place, terminal)];
    }),
  );
}

/** One step deeper than its span, where there is room. */
function indentOf(depth: number, { width }: Terminal): string {
  return " ".repeat(Math.min(2 * depth + 2, Math.floor(width / 4)));
}

interface Place {
  readonly indent: string;
  readonly firstNs: bigint;
}

function linesUnder(lines: readonly TraceLine[], place: Place, terminal: Terminal): string[] {
  const shown = lines.slice(0, MOST_LINES).map((each) => lineOf(each, place, terminal));
  const left = lines.length - shown.length;
  if (left === 0) return shown;
  const words = `${place.indent}… and ${left} more lines; --json has all`;
  return [...shown, terminal.paint(clip(words, terminal.width), "faint")];
}

function lineOf(
  { time, severity, service, text }: TraceLine,
  { indent, firstNs }: Place,
  { width, paint }: Terminal,
): string {
  const sinceNs = Number(instantNs(time) - firstNs);
  const at = `${sinceNs < 0 ? "-" : "+"}${duration(Math.abs(sinceNs))}`;
  const head = `${indent}${fitRight(at, TIME_WIDTH)}${GAP}`;
  const level = fit(severity === "none" ? "–" : severity, SEVERITY_WIDTH);
  const said = `${GAP}${harmless(service)}: ${harmless(text)}`;
  const left = Math.max(1, width - head.length - SEVERITY_WIDTH);
  const tone = toneOfSeverity(severity);
  return `${paint(head, "faint")}${tone === undefined ? level : paint(level, tone)}${clip(said, left)}`;
}
