// Draws a trace tree: a line for each span, its bar scaled to what the terminal leaves beside the names.
import { duration } from "./format.ts";
import { fit, fitRight, harmless, widthOf } from "./format-text.ts";
import type { Paint, Terminal } from "./terminal.ts";
import type { Stage } from "../telemetry/request-stages.ts";
import { STAGE_LOOKS } from "./trace-stages.ts";
import { OWN_SERVICE, type PlacedBar, type TraceTree } from "./trace-tree.ts";

/** Eighths of a column, U+258F to U+2588. */
const EIGHTHS = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const INDENT = 2;
/** Deeper spans stay at this indentation. */
const MOST_DEPTH = 12;
const TIME_WIDTH = 8;
const GAP = "  ";
/** More lines than this say no more than --json does. */
const MOST_LINES = 400;

interface Frame {
  readonly labelWidth: number;
  readonly barWidth: number;
  readonly totalNs: number;
  readonly services: readonly string[];
  readonly paint: Paint;
}

/** Lines without line ends, none wider than the terminal; `under`: lines that go under a span, by its ID. */
export function renderWaterfall(
  { bars, totalNs }: TraceTree,
  terminal: Terminal,
  under: ReadonlyMap<string, readonly string[]> = new Map(),
): string[] {
  const shown = bars.slice(0, MOST_LINES);
  const frame = frameOf(shown, totalNs, terminal);
  const drawn = shown.flatMap((bar) => [lineOf(bar, frame), ...(under.get(bar.id) ?? [])]);
  const lines = [ruler(frame), ...drawn];
  if (shown.length < bars.length) {
    lines.push(
      terminal.paint(`… and ${bars.length - shown.length} more spans; --json has all`, "faint"),
    );
  }
  return lines;
}

function frameOf(bars: readonly PlacedBar[], totalNs: number, terminal: Terminal): Frame {
  const rest = terminal.width - TIME_WIDTH - 2 * GAP.length;
  const widest = bars.reduce((most, bar) => Math.max(most, widthOf(labelOf(bar))), 0);
  const labelWidth = Math.min(widest, Math.floor(rest * 0.6));
  const services = [...new Set(bars.map(({ service }) => service))];
  return {
    labelWidth,
    barWidth: rest - labelWidth,
    totalNs,
    services: services.filter((name) => name !== OWN_SERVICE),
    paint: terminal.paint,
  };
}

function labelOf({ depth, service, name }: PlacedBar): string {
  const indent = " ".repeat(INDENT * Math.min(depth, MOST_DEPTH));
  return harmless(`${indent}${service}${GAP}${name}`);
}

/** The time scale above the bars. */
function ruler({ labelWidth, barWidth, totalNs, paint }: Frame): string {
  const end = duration(totalNs);
  const scale = `0${fitRight(end, Math.max(1, barWidth - 1))}`;
  return paint(`${" ".repeat(labelWidth + GAP.length + TIME_WIDTH + GAP.length)}${scale}`, "faint");
}

function lineOf(bar: PlacedBar, frame: Frame): string {
  const { labelWidth, paint } = frame;
  const time = fitRight(duration(bar.durationNs), TIME_WIDTH);
  const label = paintLabel(fit(labelOf(bar), labelWidth), bar, frame);
  return `${label}${GAP}${bar.failed ? paint(time, "bad") : time}${GAP}${barOf(bar, frame)}`;
}

/** The service in its colour, the rest red where it failed. */
function paintLabel(label: string, bar: PlacedBar, { services, paint }: Frame): string {
  const indent = label.length - label.trimStart().length;
  const end = Math.min(label.length, indent + harmless(bar.service).length);
  const service = label.slice(0, end);
  const name = label.slice(end);
  const isOwn = bar.service === OWN_SERVICE;
  const head = isOwn ? paint(service, "faint") : paint(service, services.indexOf(bar.service));
  return `${head}${bar.failed ? paint(name, "bad") : name}`;
}

function barOf(bar: PlacedBar, frame: Frame): string {
  const { barWidth, totalNs, services, paint } = frame;
  const scale = barWidth / totalNs;
  const from = Math.min(barWidth - 1, Math.max(0, Math.floor(bar.startNs * scale)));
  const blank = " ".repeat(from);
  const long = Math.min(barWidth - from, Math.max(0, bar.durationNs * scale));
  if (bar.stages.length > 0) return `${blank}${stagesBar(bar.stages, Math.round(long), frame)}`;
  const blocks = blocksOf(long);
  if (bar.failed) return `${blank}${paint(blocks, "bad")}`;
  const isOwn = bar.service === OWN_SERVICE;
  return `${blank}${isOwn ? paint(blocks, "faint") : paint(blocks, services.indexOf(bar.service))}`;
}

/** A bar of so many columns, at least an eighth of one. */
function blocksOf(columns: number): string {
  const eighths = Math.max(1, Math.round(columns * 8));
  return `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[(eighths % 8) - 1] ?? ""}`;
}

/** A bar whose columns each show the stage that took most of their time. */
function stagesBar(stages: readonly Stage[], columns: number, frame: Frame): string {
  const width = Math.max(1, columns);
  const columnNs = frame.totalNs / frame.barWidth;
  let drawn = "";
  for (let column = 0; column < width; column++) {
    const from = column * columnNs;
    const spent = (stage: Stage): number =>
      Math.min(stage.startNs + stage.durationNs, from + columnNs) - Math.max(stage.startNs, from);
    const most = stages.reduce((best, stage) => (spent(stage) > spent(best) ? stage : best));
    const [glyph, tone] = spent(most) > 0 ? STAGE_LOOKS[most.name] : (["─", "faint"] as const);
    drawn += frame.paint(glyph, tone);
  }
  return drawn;
}
